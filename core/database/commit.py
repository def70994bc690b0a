"""The one commit: what arrives together shares a transaction, acknowledged after it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from core.database.engine import WRITES
from core.database.turn import Turns
from core.database.units import Performance, Unit, WorkOnAll

MOST_TOGETHER = 200
CROWD = 16  # where so many wait others are on their way, and a commit costs more than a moment
MOMENT_SECONDS, MOST_MOMENTS = 0.002, 5

Work = Callable[[Session], Any]


class GroupCommit:
    """Runs units in a thread, as many to a transaction as are waiting; on SQLite those of a crowd in its loop.

    Each unit has a savepoint and a Session of its own, so that a failed one takes nobody
    along; a unit that the database refused is tried again alone, and those of its key wait
    for it: units of one key run in the order they came. Units of the same work share a savepoint; where that fails,
    each is done by itself. Across processes the keys are locked up front in order
    (PostgreSQL advisory locks), so that two groups never wait for each other.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{WRITES: True})
        self._units: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="commit", daemon=True)
        self._door = threading.Lock()  # nothing is put behind the end of the queue
        self._started = self._closed = False
        self._awaited: set[Unit] = set()
        self._closing = threading.Event()  # a crowd is not waited for any more

    async def submit(self, work: Work, key: str) -> Any:
        """The result of the work, once it is committed; raises what it raised, RuntimeError after the close."""
        return await self.submit_with_others(lambda session, _: [work(session)], None, key)

    async def submit_with_others(self, work: WorkOnAll, item: Any, key: str) -> Any:
        """What the work has come to for this item, done at once with others that wait for equal work; raises alike."""
        loop = asyncio.get_running_loop()
        unit = Unit(work, item, key, loop, loop.create_future())
        with self._door:
            if self._closed:
                raise RuntimeError("the database is closed")
            if not self._started:
                self._started = True
                self._thread.start()
            self._units.put(unit)
            self._awaited.add(unit)
        try:
            return await unit.future
        finally:
            self._awaited.discard(unit)

    @property
    def is_awaited(self) -> bool:
        """Whether a unit waits for its commit."""
        return bool(self._awaited)

    def close(self) -> None:
        """Commits what was submitted before, and takes nothing more."""
        with self._door:
            self._closed = True
            self._units.put(None)
        self._closing.set()
        if self._started:
            self._thread.join()

    def _run(self) -> None:
        while (first := self._units.get()) is not None:
            batch, last = self._gather(first)
            self._commit(batch)
            _acknowledge([unit for unit in batch if not unit.again])
            for unit in [unit for unit in batch if unit.again]:
                unit.again, unit.error = False, None
                self._commit([unit], alone=True)
                _acknowledge([unit])
            if last:
                return

    def _gather(self, first: Unit) -> tuple[list[Unit], bool]:
        """What waits, and where that is a crowd also who comes in the next moments; whether it was the last."""
        batch = [first]
        last = self._add_waiting(batch)
        for _ in range(MOST_MOMENTS if len(batch) >= CROWD else 0):
            before = len(batch)
            if before == MOST_TOGETHER or last:
                break
            self._closing.wait(MOMENT_SECONDS)
            last = self._add_waiting(batch)
            if len(batch) == before:  # nobody came
                break
        return batch, last

    def _add_waiting(self, batch: list[Unit]) -> bool:
        """Adds what waits; whether it was the last."""
        while len(batch) < MOST_TOGETHER:
            try:
                unit = self._units.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                return True
            batch.append(unit)
        return False

    def _commit(self, batch: list[Unit], *, alone: bool = False) -> None:
        try:
            with self._engine.begin() as connection:
                _lock(connection, {unit.key for unit in batch if unit.key})
                Performance(connection, alone, Turns(ask=not self._closing.is_set())).perform(batch)
        except BaseException as error:  # the commit itself failed: nobody is acknowledged, and the thread lives on
            for unit in batch:
                unit.error, unit.again = error, False


def _lock(connection: Connection, keys: set[str]) -> None:
    if connection.dialect.name == "postgresql" and keys:
        connection.execute(_LOCK, {"numbers": sorted({crc32(key.encode()) for key in keys})})


def _acknowledge(batch: list[Unit]) -> None:
    for loop in {unit.loop for unit in batch}:
        mine = [unit for unit in batch if unit.loop is loop]
        with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
            loop.call_soon_threadsafe(_settle, mine)


def _settle(units: list[Unit]) -> None:
    for unit in units:
        if unit.future.done():
            continue
        if unit.error is None:
            unit.future.set_result(unit.result)
        else:
            unit.future.set_exception(_bearable(unit.error))


def _bearable(error: BaseException) -> BaseException:
    """The error, or one in its place where a future refuses it or whoever waits would take it for a stop."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    stand_in = RuntimeError(f"the work ended with {type(error).__name__}")
    stand_in.__cause__ = error
    return stand_in


# In the order of the numbers: an array is read from its beginning.
_LOCK = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")
