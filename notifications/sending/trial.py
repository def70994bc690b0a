"""A trial mail leaves past the ledger, but by no other rate and in no pause that mailings have to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from core.clock import Clock
from core.database.database import Database
from core.errors import Problem
from core.i18n import N_
from notifications.sending.permits import Line, key_of, reserve, waiting_time

LONGEST_WAIT = timedelta(seconds=5)  # so long somebody looks at a page that loads


class TrialLater(Problem):
    text = N_("No mail can leave just now: other mails are waiting, or the relay asked for a pause. Please try again.")
    status = 409


async def turn_by(database: Database, lines: Sequence[Line], machine: Clock) -> int:
    """Takes a permit of the first line that has one soon, and waits for it; its number. Raises TrialLater."""
    for number, line in enumerate(lines):
        at = await database.shared(partial(_take, line=line, machine=machine), key=key_of(line.name))
        if at is not None:
            await asyncio.sleep(max(0.0, (at - machine.now()).total_seconds()))
            return number
    raise TrialLater


def _take(session: Session, line: Line, machine: Clock) -> datetime | None:
    machine_now = machine.now()
    if waiting_time(session, line, machine_now) > LONGEST_WAIT:
        return None
    return reserve(session, line, 1, machine_now)
