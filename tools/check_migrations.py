"""The migrations build exactly the tables that the models declare."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cli.tables import METADATA
from core.database.engine import open_engine
from core.database.migrating import differences, upgrade
from tools.files import report


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'empty.sqlite'}")
        upgrade(engine)
        faults = [f"models and migrations differ: {difference}" for difference in differences(engine, METADATA)]
        engine.dispose()
    return report(faults, "migrations")


if __name__ == "__main__":
    sys.exit(main())
