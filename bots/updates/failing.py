"""Updates that cannot be taken in: those that will be, and those that never will."""

from __future__ import annotations

from typing import Generic

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bots.updates.door import Door, Silent, U

log = structlog.get_logger()

MOST_TRIES = 3
PASSING = (OperationalError, InterfaceError, PoolTimeout)  # the database is away, locked or full, for now


class Failures(Generic[U]):
    """Counts the tries of failing updates, so that one does not hold up everybody else's for ever."""

    def __init__(self, door: Door[U]) -> None:
        self._door = door
        self._tries: dict[int, int] = {}

    async def given_up(self, update: U, error: Exception) -> bool:
        """Whether to try no more; the person is told then. Trouble of the database is waited out."""
        tries = self._tries.get(update.update_id, 0) + 1
        log.error("an update failed", update=update.update_id, tries=tries, exc_info=error)
        if isinstance(error, (*PASSING, Silent)):
            return False
        self._tries[update.update_id] = tries
        if tries < MOST_TRIES:
            return False
        self.forget(update)
        try:
            await self._door.apologise(update)
        except Silent as silent:
            log.warning("an apology could not be sent", error=type(silent.__cause__).__name__)
        return True

    def forget(self, update: U) -> None:
        """The update was taken in, or given up."""
        self._tries.pop(update.update_id, None)
