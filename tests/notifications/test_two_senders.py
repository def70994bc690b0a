"""Two processes whose commits hold permits of several kinds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import event

from core.clock import FixedClock
from core.database.database import Database
from notifications.channels.contract import Delivered, Message, Outcome
from notifications.sending.loop import Sender
from tests.notifications.office import Person
from tests.notifications.sending import Telling, planned
from tests.support.sandbox import running_sandbox

PEOPLE = [Person(f"p{number}", email=f"p{number}@slow.example") for number in range(4)]
MEET_SECONDS = 3


class Taking:
    """A relay that takes everything."""

    name = way = "email"

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        return [Delivered("1")] * len(messages)

    async def close(self) -> None:
        """Nothing was opened."""


class Meeting:
    """Two processes in the midst of their commits: each waits for the other, unless it is kept from getting there."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2)
        self._start = threading.Event()
        self.deadlocks: list[BaseException] = []

    async def one_commit(self, database: Database, *steps: Coroutine[Any, Any, Any]) -> list[asyncio.Future[Any]]:
        """Steps of a process that share a commit, with the meeting between the first and the others."""
        event.listen(database.engine, "handle_error", self._note)
        waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(database.shared(lambda _: self._start.wait()))]
        first, *others = steps
        for step in (first, database.shared(lambda _: self._meet()), *others):
            await asyncio.sleep(0)  # the one before stands in the queue
            waiting.append(asyncio.ensure_future(step))
        await asyncio.sleep(0)
        return waiting

    def begin(self) -> None:
        self._start.set()

    def _meet(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._barrier.wait(MEET_SECONDS)

    def _note(self, context: Any) -> None:
        if isinstance(context.original_exception, DeadlockDetected):
            self.deadlocks.append(context.original_exception)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_permits_in_any_order_make_nobody_wait_for_each_other(
    database: Database, database_url: str, clock: FixedClock
) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, PEOPLE)
    other = Database(database_url)
    try:
        await _meet(telling, other)
    finally:
        other.close()


async def _meet(telling: Telling, other: Database) -> None:
    channel, meeting = Taking(), Meeting()
    values: dict[str, Any] = {"channels": [channel], "domain_rates": {"slow.example": 1000}}
    one = Sender(telling.make_deps("one", **values))
    two = Sender(telling.make_deps("two", **values, database=other))
    held, now = [], one.deps.machine.now()
    for sender in (one, two):
        claimed, _ = await sender._write(partial(sender._claim, channel=channel, most=1))
        held.append(claimed)
    claims = [sender.one_group(channel, 1) for sender in (one, two)]
    prepares = [sender._take_through(channel, claimed, now) for sender, claimed in zip((one, two), held, strict=True)]
    waiting = await meeting.one_commit(telling.database, claims[0], prepares[0])
    waiting += await meeting.one_commit(other, prepares[1], claims[1])
    meeting.begin()
    await asyncio.gather(*waiting)
    assert meeting.deadlocks == []
    assert telling.count("sent") == len(PEOPLE)
