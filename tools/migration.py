"""Writes a migration from the difference between the migrations and the models.

python tools/migration.py "what it does"
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cli.tables import METADATA
from core.database.engine import open_engine
from core.database.migrating import SCRIPTS, upgrade, write_migration


def main() -> None:
    number = len(list((SCRIPTS / "versions").glob("*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'empty.sqlite'}")
        if number > 1:
            upgrade(engine)
        write_migration(engine, METADATA, sys.argv[1], f"{number:04d}")


if __name__ == "__main__":
    main()
