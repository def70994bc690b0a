"""Units of work in one transaction: each as if it were alone in it, those that can be done at once together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.database.turn import Turns

WorkOnAll = Callable[[Session, Sequence[Any]], Sequence[Any]]
"""Does the same for several people at once; what came of it for each, in their order.

For several it may run in their event loop: a few statements for all of them and not one for each, and it never waits
for the loop.
"""


@dataclass(eq=False, slots=True)
class Unit:
    """One person's piece of work; whoever waits for it is told after the commit.

    Units with equal `work` may be done at once, each with its `item`.
    """

    work: WorkOnAll
    item: Any
    key: str
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    again: bool = field(default=False)


@dataclass(frozen=True)
class Performance:
    """Does a batch of units in a transaction; marks those `again` that the database refused, unless it is the last try.

    Raises where the transaction is lost: then nobody of the batch may be acknowledged.
    """

    connection: Connection
    last_try: bool
    turns: Turns
    waiting: set[str] = field(default_factory=set)  # keys of which a unit is tried again: those behind it wait

    def perform(self, batch: Sequence[Unit]) -> None:
        self._perform(bunches_of(batch))

    def _perform(self, bunches: Sequence[Sequence[Unit]]) -> None:
        for bunch in bunches:
            for unit in bunch:
                unit.again = unit.key in self.waiting
            now = [unit for unit in bunch if not unit.again]
            if len(now) == 1:
                self._done(now)
            elif now and not self._done_at_once(now):
                self._perform([[unit] for unit in now])
            self.waiting.update(unit.key for unit in bunch if unit.again and unit.key)

    def _done_at_once(self, units: Sequence[Unit]) -> bool:
        """`_done` for several, on SQLite in their loop.

        Its driver gives up the interpreter's lock at every row, and beside a busy loop a thread spends half its time
        getting it back. What begins (and waits for others' locks) and what commits (and waits for the disk) is here.
        """
        done = partial(self._done, units)
        return self.turns.take(units[0].loop, done) if self.connection.dialect.name == "sqlite" else done()

    def _done(self, units: Sequence[Unit]) -> bool:
        """Does units of equal work in one savepoint; False where it failed, which is then the error of one alone."""
        savepoint = self.connection.begin_nested()
        session = Session(self.connection, join_transaction_mode="rollback_only", expire_on_commit=False)
        try:
            results = units[0].work(session, [unit.item for unit in units])
            for unit, result in zip(units, results, strict=True):
                unit.result, unit.error = result, None
            session.commit()
        except BaseException as error:  # also what would end the thread that everybody waits for
            if not _in_transaction(self.connection):
                raise  # what came before is rolled back too
            session.close()
            if savepoint.is_active:  # a failed flush has rolled it back already
                savepoint.rollback()
            for unit in units:
                unit.error, unit.again = error, isinstance(error, DBAPIError) and not self.last_try
            return False
        session.close()
        savepoint.commit()
        return True


def bunches_of(batch: Sequence[Unit]) -> list[list[Unit]]:
    """What is done at once; units of one key stay in their order."""
    bunches: list[list[Unit]] = []
    newest: dict[WorkOnAll, int] = {}  # the last bunch of each work
    behind: dict[str, int] = {}  # the last bunch with a unit of each key
    for unit in batch:
        at = newest.get(unit.work, -1)
        if at < behind.get(unit.key, 0):
            at = newest[unit.work] = len(bunches)
            bunches.append([])
        bunches[at].append(unit)
        if unit.key:
            behind[unit.key] = at
    return bunches


def _in_transaction(connection: Connection) -> bool:
    """Whether the transaction lives: SQLite ends it by itself when the disk is full (lang_transaction.html)."""
    if connection.invalidated:
        return False
    raw: Any = connection.connection.dbapi_connection
    return connection.dialect.name != "sqlite" or bool(raw.in_transaction)
