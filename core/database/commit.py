"""The one commit: what arrives together shares a transaction, acknowledged after it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.database.engine import WRITES

MOST_TOGETHER = 200

Work = Callable[[Session], Any]


@dataclass(eq=False)
class Unit:
    """One person's piece of work; whoever waits for it is told after the commit."""

    work: Work
    key: str
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    again: bool = field(default=False)


class GroupCommit:
    """Runs units in one thread, as many to a transaction as are waiting.

    Each unit has a savepoint and a Session of its own, so that a failed one takes nobody
    along; a unit that the database refused is tried again alone, and those of its key wait
    for it: units of one key run in the order they came. Across processes the keys are locked up front in order
    (PostgreSQL advisory locks), so that two groups never wait for each other.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{WRITES: True})
        self._units: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="commit", daemon=True)
        self._door = threading.Lock()  # nothing is put behind the end of the queue
        self._started = self._closed = False

    async def submit(self, work: Work, key: str) -> Any:
        """The result of the work, once it is committed; raises what it raised, RuntimeError after the close."""
        loop = asyncio.get_running_loop()
        unit = Unit(work, key, loop, loop.create_future())
        with self._door:
            if self._closed:
                raise RuntimeError("the database is closed")
            if not self._started:
                self._started = True
                self._thread.start()
            self._units.put(unit)
        return await unit.future

    def close(self) -> None:
        """Commits what was submitted before, and takes nothing more."""
        with self._door:
            self._closed = True
            self._units.put(None)
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
        batch = [first]
        while len(batch) < MOST_TOGETHER:
            try:
                unit = self._units.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                return batch, True
            batch.append(unit)
        return batch, False

    def _commit(self, batch: list[Unit], *, alone: bool = False) -> None:
        try:
            with self._engine.begin() as connection:
                _lock(connection, {unit.key for unit in batch if unit.key})
                waiting: set[str] = set()
                for unit in batch:
                    unit.again = unit.key in waiting
                    if not unit.again:
                        _perform(connection, unit, last_try=alone)
                    if unit.again and unit.key:
                        waiting.add(unit.key)
        except BaseException as error:  # the commit itself failed: nobody is acknowledged, and the thread lives on
            for unit in batch:
                unit.error, unit.again = error, False


def _lock(connection: Connection, keys: set[str]) -> None:
    if connection.dialect.name == "postgresql":
        for number in sorted({crc32(key.encode()) for key in keys}):
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _perform(connection: Connection, unit: Unit, *, last_try: bool) -> None:
    savepoint = connection.begin_nested()
    session = Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False)
    try:
        unit.result = unit.work(session)
        session.commit()
    except BaseException as error:  # also what would end the thread that everybody waits for
        session.close()
        if savepoint.is_active:  # a failed flush has rolled it back already
            savepoint.rollback()
        if not _in_transaction(connection):
            raise  # what came before is rolled back too, so that nobody of the batch may be acknowledged
        unit.error, unit.again = error, isinstance(error, DBAPIError) and not last_try
    else:
        session.close()
        savepoint.commit()


def _in_transaction(connection: Connection) -> bool:
    """Whether the transaction lives: SQLite ends it by itself when the disk is full (lang_transaction.html)."""
    if connection.invalidated:
        return False
    raw: Any = connection.connection.dbapi_connection
    return connection.dialect.name != "sqlite" or bool(raw.in_transaction)


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
