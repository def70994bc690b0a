"""The loop that makes calls: claim, post, write down. It runs in the sender's role, in any number of processes.

A receiver gets a few calls at once from each process, and one at a time while it fails, so that none holds up another.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database.database import Database
from core.links import Links
from core.webhooks.keeping import clear_removed
from notifications.hooks.deciding import GiveUp, Try, decide
from notifications.hooks.posting import Poster
from notifications.hooks.queue import Call, Room, claim, due_webhooks, forget_old, put_back, recover, settle
from notifications.ledger.queue import Claimer, Moment

log = structlog.get_logger()
T = TypeVar("T")

AT_ONCE = 4  # calls to one receiver, from one process
LEASE = timedelta(seconds=60)  # four times what a call may take
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 1.0
PATIENCE_SECONDS = 3  # for calls under way when the process stops
TIDY_SECONDS = 3600.0


@dataclass(frozen=True)
class HookDeps:
    """What the loop stands on. `name` is like no other process's; `machine` is the clock of leases and signatures."""

    database: Database
    clock: Clock
    links: Links
    name: str
    private: bool = False
    lease: timedelta = LEASE
    machine: Clock = field(default_factory=SystemClock)


async def run_hooks(deps: HookDeps) -> None:
    """Makes calls until cancelled; what is under way then is made again by another process if it must be."""
    caller = Caller(deps)
    tasks = [asyncio.ensure_future(one) for one in (caller.work(), caller.keep())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)  # does not cancel them with us
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.shield(caller.stop())


class Caller:
    """The calls of one process."""

    def __init__(self, deps: HookDeps) -> None:
        self._deps = deps
        self._claimer = Claimer(deps.name, deps.lease)
        self._poster = Poster(deps.links, private=deps.private, machine=deps.machine)
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._busy: Counter[int] = Counter()  # by webhook
        self._claiming = asyncio.Lock()
        self._freed = asyncio.Event()

    async def work(self) -> None:
        """Claims and calls, round after round."""
        while True:
            self._freed.clear()
            try:
                started = await self.one_round()
            except DBAPIError as error:
                log.warning("webhooks lost the database", error=type(error).__name__)
                await asyncio.sleep(TROUBLE_SECONDS)
                continue
            if not started:
                await self._rest()

    async def one_round(self) -> int:
        """Starts the calls that are due and have room; how many."""
        moment = self._moment()
        due = await self._deps.database.aread(lambda session: due_webhooks(session, moment.now))
        room = [(one, failing, (1 if failing else AT_ONCE) - self._busy[one]) for one, failing in due.items()]
        wanted = [Room(*one) for one in room if one[2] > 0]
        if not wanted:
            return 0
        async with self._claiming:
            calls = await self._write(lambda session: claim(session, self._claimer, wanted, moment))
            for call in calls:
                self._busy[call.webhook.id] += 1
                self._under_way[call.id] = asyncio.ensure_future(self._make(call))
        return len(calls)

    async def keep(self) -> None:
        """Takes over from dead senders and clears up after removed webhooks; once an hour deletes what is old."""
        loop = asyncio.get_running_loop()
        tidied = float("-inf")
        while True:
            try:
                await self._take_over()
                await self._clear()
                if loop.time() - tidied >= TIDY_SECONDS:
                    await self._tidy()
                    tidied = loop.time()
            except DBAPIError as error:
                log.warning("webhooks lost the database", error=type(error).__name__)
            await asyncio.sleep(self._deps.lease.total_seconds() / 3)

    async def _take_over(self) -> None:
        async with self._claiming:  # no claim is under way whose calls are not counted yet
            held, moment = list(self._under_way), self._moment()
            freed = await self._write(lambda session: recover(session, self._claimer, held, moment))
        if freed:
            log.warning("calls of webhooks were left behind and are made again", calls=freed)

    async def _clear(self) -> None:
        while await self._write(clear_removed):
            await asyncio.sleep(0)

    async def _tidy(self) -> None:
        now = self._deps.clock.now()
        while await self._write(lambda session: forget_old(session, now)):
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Lets what is under way end for a moment, then puts it back."""
        tasks = list(self._under_way.values())
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._write(lambda session: put_back(session, self._claimer))
        except DBAPIError as error:  # the leases will run out by themselves
            log.warning("webhooks lost the database", error=type(error).__name__)
        await self._poster.close()

    async def _make(self, call: Call) -> None:
        try:
            outcome = await self._poster.post(call, self._deps.clock.now())
            now = self._deps.clock.now()
            decision = decide(outcome, Try(call.attempts + 1, now, call.webhook.failing_since))
            if isinstance(decision, GiveUp):
                log.warning("a call was given up", webhook=call.webhook.id, call=call.id, broken=decision.broken)
            await self._insist(lambda session: settle(session, self._claimer, call, outcome, decision, now))
        except Exception:  # of one call; its lease runs out and it is made again
            log.exception("a call failed", webhook=call.webhook.id, call=call.id)
        finally:
            self._under_way.pop(call.id, None)
            self._busy[call.webhook.id] -= 1
            self._freed.set()

    async def _insist(self, work: Callable[[Session], None]) -> None:
        while True:
            try:
                await self._write(work)
            except DBAPIError as error:
                log.warning("webhooks lost the database", error=type(error).__name__)
                await asyncio.sleep(TROUBLE_SECONDS)
            else:
                return

    async def _rest(self) -> None:
        """Until a call has ended, or for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):  # wait_for of Python 3.11 may swallow a cancellation
                await self._freed.wait()

    def _moment(self) -> Moment:
        return Moment(self._deps.clock.now(), self._deps.machine.now())

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await self._deps.database.shared(work)
