"""One process that makes calls, to be killed: python -m tests.hooks.process OPTIONS-AS-JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from core.clock import SharedClock
from core.database.database import Database
from core.links import Links
from notifications.hooks.loop import HookDeps, run_hooks


def main() -> None:
    options = json.loads(sys.argv[1])
    database, clock = Database(options["database"]), SharedClock(Path(options["clock"]))
    lease = timedelta(seconds=options["lease"])
    asyncio.run(run_hooks(HookDeps(database, clock, Links(options["secret"]), "to-be-killed", True, lease)))


if __name__ == "__main__":
    main()
