"""A process that votes for somebody, and stands still where a test wants to kill it: `main()`."""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core.database.database import Database
from surveys.polls.casting import Vote, cast
from surveys.polls.voters import Voter
from tests.polls.scene import BOOTH, chosen

BEFORE, AFTER = "before the commit", "after the commit"


def main() -> None:
    """Words: the database, the poll, who votes, the press's key, when to stand still, the file that says so, the
    time."""
    address, poll_id, person, key, moment, told, now = sys.argv[1:]
    database = Database(address)

    def work(session: Session) -> None:
        given = Vote(int(poll_id), Voter(int(person)), chosen("A"), "chat", ("chat", key))
        cast(session, BOOTH, given, datetime.fromisoformat(now))
        if moment == BEFORE:
            _stand_still(told)

    async def vote() -> None:
        await database.shared(work, key=f"participant:{person}")

    asyncio.run(vote())
    _stand_still(told)


def _stand_still(told: str) -> None:
    Path(told).touch()
    threading.Event().wait()
