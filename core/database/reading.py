"""The same read for many who ask for it: one that begins after the last of them has asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core.database.database import Database

T = TypeVar("T")

PAUSE = 0.25  # seconds between two reads of the same while somebody always asks


class SharedReads:
    """Whoever asks while a read is under way waits for the next one, with all others who do.

    So nothing that was committed before somebody asked is missing, nothing is kept that could grow old, and a crowd
    costs no more than a few reads a second. Equal keys stand for equal work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: dict[Hashable, asyncio.Task[Any]] = {}  # not begun yet: more may join
        self._turns: dict[Hashable, asyncio.Lock] = {}

    async def read(self, key: Hashable, work: Callable[[Session], T]) -> T:
        task = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.create_task(self._read(key, work))
        result: T = await asyncio.shield(task)
        return result

    async def _read(self, key: Hashable, work: Callable[[Session], T]) -> T:
        turn = self._turns.setdefault(key, asyncio.Lock())
        await turn.acquire()
        del self._next[key]
        try:
            return await self._database.aread(work)
        finally:
            if key in self._next:
                asyncio.get_running_loop().call_later(PAUSE, turn.release)
            else:
                turn.release()
                del self._turns[key]
