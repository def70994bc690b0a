"""Permits for what people wait for: an answer in a dialogue leaves at once, and what is mailed makes room for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from core.clock import Clock, SystemClock
from core.database.database import Database
from notifications.sending.permits import Rate, key_of, reserve_first

log = structlog.get_logger()


@dataclass
class FirstInLine:
    """The replies of one process by one way; they take their permits together, before all mailings."""

    database: Database
    way: str
    rate: Rate  # over all processes
    machine: Clock = field(default_factory=SystemClock)
    _waiting: list[tuple[int, asyncio.Future[datetime]]] = field(default_factory=list)
    _reserving: asyncio.Task[None] | None = None

    async def turn(self, count: int = 1) -> None:
        """Returns when `count` messages may leave."""
        turn: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
        self._waiting.append((count, turn))
        if self._reserving is None:
            self._reserving = asyncio.ensure_future(self._reserve())
        await asyncio.sleep(max(0.0, (await turn - self.machine.now()).total_seconds()))

    async def _reserve(self) -> None:
        """Those that come while permits are written down are in the next writing."""
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                at = await self._take(sum(count for count, _ in taken))
                for count, turn in taken:
                    if not turn.done():
                        turn.set_result(at)
                    at += timedelta(seconds=count / self.rate.replies)
        finally:
            self._reserving = None

    async def _take(self, count: int) -> datetime:
        try:
            return await self.database.shared(
                lambda session: reserve_first(session, self.way, count, self.rate, self.machine.now()),
                key=key_of(self.way),
            )
        except Exception as error:  # whatever it was: somebody waits for an answer, which is worth more than the count
            log.warning("a permit could not be written down", way=self.way, error=type(error).__name__)
            return self.machine.now()
