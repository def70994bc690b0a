"""The door to the database for every process.

Work on rows is a plain function of a Session. It runs in a thread: one hop a transaction, not one a statement, and no
part of the core needs to know of the event loop. Only what is done `together` may run in the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.orm import Session

from core.database.commit import GroupCommit
from core.database.engine import WRITES, open_engine
from core.errors import Problem

T = TypeVar("T")
Item = TypeVar("Item")
OnAll = Callable[[Session, Sequence[Item]], Sequence[T | Problem]]

READERS = 4


class Database:
    """Reads, short writes that share commits, and long writes of their own."""

    def __init__(self, address: str) -> None:
        self.engine = open_engine(address)
        self._writing = self.engine.execution_options(**{WRITES: True})
        self._group = GroupCommit(self.engine)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="database")

    def read(self, work: Callable[[Session], T]) -> T:
        """Runs work in a transaction that is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            return work(session)

    def write(self, work: Callable[[Session], T]) -> T:
        """Runs work in a transaction of its own and commits it: for long work and for commands."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            return work(session)

    async def aread(self, work: Callable[[Session], T]) -> T:
        """`read` in a thread."""
        return await self._in_thread(lambda: self.read(work))

    async def awrite(self, work: Callable[[Session], T]) -> T:
        """`write` in a thread: for long work (a plan, a claim of a batch)."""
        return await self._in_thread(lambda: self.write(work))

    async def shared(self, work: Callable[[Session], T], *, key: str = "") -> T:
        """Short work of one person, committed together with what else is waiting.

        Returns after the commit. Units with the same key run one after the other, over all
        processes.
        """
        result: T = await self._group.submit(work, key)
        return result

    async def together(self, work: OnAll[Item, T], item: Item, *, key: str = "") -> T:
        """`shared`, for work that is done at once for everybody who waits for it: on all their items, in their order.

        It may run in the event loop (`WorkOnAll` says what that asks of it).
        Returns what the work told of this item, and raises it where it is a Problem.
        """
        result: T | Problem = await self._group.submit_with_others(work, item, key)
        if isinstance(result, Problem):
            raise result
        return result

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for a commit that is shared."""
        return self._group.is_awaited

    def close(self) -> None:
        self._group.close()
        self._threads.shutdown()
        self.engine.dispose()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
