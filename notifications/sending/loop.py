"""The one sending loop: claim, wait for permits, judge anew, hand over, send, write down.

Each worker takes one group at a time through these steps; a channel has a few workers, a
process one sender, an installation any number of them. What a kill leaves behind is taken
over when the leases run out.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database.database import Database
from core.links import Links
from notifications.channels.contract import MOST_AT_ONCE, Channel, Misconfigured, NotBegun, Outcome, Unknown, Unwritten
from notifications.ledger.outcomes import Tried, record
from notifications.ledger.queue import (
    Claimer,
    Moment,
    Recovered,
    claim_batch,
    doubt,
    keep_alive,
    recover,
    release_all,
    release_lost,
    skip_cancelled,
)
from notifications.sending.compose import Composer, Skeletons
from notifications.sending.context import Voice
from notifications.sending.group import Contexts, Desk, Ready
from notifications.sending.parts import reserve_parts
from notifications.sending.permits import Line, hold, key_of, reserve, waiting_time
from notifications.sending.retry import Retry, Try, decide
from notifications.sending.turns import Turn
from notifications.staff.ways import Way, note_way

log = structlog.get_logger()
T = TypeVar("T")

LEASE = timedelta(seconds=60)
GROUP_SECONDS = 0.5  # nothing of a group begins to leave later, so that a pause acts within a second
LONGEST_WAIT = timedelta(seconds=1)  # with permits further away than this nothing is claimed
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 1.0
LASTING = (DataError, IntegrityError, ProgrammingError)  # what the database refuses, it refuses again


@dataclass(frozen=True)
class Pace:
    """How fast a channel may go, all senders together; how many groups a process has under way, each of them over how
    many connections, and how many of them leave `at_once` (0: all)."""

    rate: float
    workers: int = 2
    connections: int = 1
    at_once: int = 0

    @property
    def group(self) -> int:
        return max(1, min(MOST_AT_ONCE * self.connections, math.floor(self.rate * GROUP_SECONDS)))


def pace_over(rate: float, connections: int) -> Pace:
    """As many groups at once as the connections need.

    A group takes several connections only where the rate is worth hundreds of messages in its time. While one that
    takes them all is leaving, no other is written: the interpreter would go to and fro between the two, at their
    cost. The other's worker is there for when one connection hangs.
    """
    hundreds = math.ceil(rate * GROUP_SECONDS / MOST_AT_ONCE)
    each = max(1, min(connections, hundreds))
    at_once = math.ceil(connections / each)
    return Pace(rate, max(at_once, min(2, connections)), each, at_once)


@dataclass(frozen=True)
class SenderDeps:
    """What a sender stands on. `name` is like no other process's; `machine` is the clock of rates and leases."""

    database: Database
    clock: Clock
    links: Links
    voice: Voice
    channels: Sequence[Channel]
    paces: Mapping[str, Pace]  # by way
    name: str
    lease: timedelta = LEASE
    contact_budget: int = 0
    domain_rates: Mapping[str, float] = field(default_factory=dict)  # mails a second
    machine: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True)
class Group:
    """How many deliveries were claimed, how many of them began to leave, and how many were too late for that."""

    claimed: int
    begun: int
    late: int


async def run_sender(deps: SenderDeps) -> None:
    """Sends until cancelled; then what was handed over is still settled, and the rest put back."""
    sender = Sender(deps)
    tasks = [asyncio.ensure_future(sender.keep_alive())]
    for channel in deps.channels:
        tasks += [asyncio.ensure_future(sender.work(channel)) for _ in range(deps.paces[channel.way].workers)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)  # does not cancel them with us
        for task in done:
            task.result()
    finally:
        sender.stopping.set()
        await asyncio.shield(_finish(sender, tasks))


async def _finish(sender: Sender, tasks: Sequence[asyncio.Future[None]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
    await sender.put_back()
    for channel in sender.deps.channels:
        await channel.close()


class Sender:
    """The sender of one process."""

    def __init__(self, deps: SenderDeps) -> None:
        self.deps = deps
        self.stopping = asyncio.Event()
        self._gates = {way: asyncio.Semaphore(pace.at_once or pace.workers) for way, pace in deps.paces.items()}
        # Claimed, and neither settled nor put back: by how many workers. After a standstill longer than a lease two
        # may hold a delivery, of whom one finds nothing to do.
        self._held: Counter[int] = Counter()
        self._counting = asyncio.Lock()
        self._claimer = Claimer(deps.name, deps.lease)
        composer = Composer(deps.links, deps.voice, Skeletons())
        self._desk = Desk(self._claimer, composer, Contexts(deps.machine), deps.contact_budget, deps.domain_rates)

    async def work(self, channel: Channel) -> None:
        """One worker: group after group, until told to stop, each as large as the other side takes in its time."""
        largest = most = self.deps.paces[channel.way].group
        while not self.stopping.is_set():
            try:
                async with Turn(self._gates[channel.way]) as turn:
                    if self.stopping.is_set():
                        return
                    group = await self.one_group(channel, most, turn)
            except DBAPIError as error:
                log.warning("sender lost the database", error=type(error).__name__)
                await self._sleep(TROUBLE_SECONDS)
                continue
            except Exception:  # a mistake of ours in one group must not end the service
                log.exception("group failed", way=channel.way)
                await self._sleep(TROUBLE_SECONDS)
                continue
            most = max(1, group.begun) if group.late else min(largest, most + max(1, most // 4))
            if not group.claimed or (group.late and not group.begun):
                await self._sleep(IDLE_SECONDS)

    async def one_group(self, channel: Channel, most: int = MOST_AT_ONCE, turn: Turn | None = None) -> Group:
        """Takes one group of up to `most` through."""
        async with self._counting:
            claimed, first_at = await self._write(
                lambda session: self._claim(session, channel, most), key_of(channel.way)
            )
            self._held.update(claimed)
        try:
            outcomes = await self._take_through(channel, claimed, first_at, turn)
        finally:
            self._let_go(claimed)
        late = sum(isinstance(one, NotBegun) for one in outcomes)
        return Group(len(claimed), len(outcomes) - late, late)

    def _let_go(self, claimed: Sequence[int]) -> None:
        self._held.subtract(claimed)
        self._held = +self._held  # without those that nobody holds

    async def _take_through(
        self, channel: Channel, claimed: list[int], first_at: datetime, turn: Turn | None = None
    ) -> Sequence[Outcome]:
        if not claimed:
            return ()
        await self._sleep((first_at - self.deps.machine.now()).total_seconds())
        if self.stopping.is_set():
            return ()
        ready = await self._write(
            lambda session: self._prepare(session, channel, claimed), self._desk.key(channel.name)
        )
        if not ready:
            return ()
        if turn is not None:
            turn.ends_in(GROUP_SECONDS)
        outcomes = await self._send(channel, ready)
        await self._insist(channel, ready, outcomes)
        return outcomes

    def _prepare(self, session: Session, channel: Channel, claimed: Sequence[int]) -> list[Ready]:
        ready = self._desk.prepare(session, claimed, self._moment())
        return reserve_parts(session, self._line(channel), ready, self.deps.machine.now())

    async def keep_alive(self) -> None:
        """Shows that this sender lives, puts back what it lost hold of, and takes over from the dead."""
        while not self.stopping.is_set():
            try:
                await self._show_life()
                await self.recover()
            except DBAPIError as error:
                log.warning("sender lost the database", error=type(error).__name__)
            await self._sleep(self.deps.lease.total_seconds() / 3)

    async def _show_life(self) -> None:
        async with self._counting:  # no claim is under way whose deliveries are not counted yet
            held = set(self._held)
            lost = await self._write(lambda session: self._renew(session, held))
        if lost:
            log.warning("put back what a database error had left", deliveries=lost)

    def _renew(self, session: Session, held: set[int]) -> int:
        lost = release_lost(session, self._claimer, held)
        keep_alive(session, self._claimer, self._moment())
        return lost

    async def recover(self) -> Recovered:
        """Takes over what dead senders left, and settles what came back to the queue after a cancellation."""
        found = await self._write(lambda session: recover(session, self._claimer, self._moment()))
        await self._write(lambda session: skip_cancelled(session, self.deps.clock.now()))
        if found.again or found.in_doubt:
            log.warning("took over from a dead sender", again=found.again, in_doubt=found.in_doubt)
        return found

    async def put_back(self) -> None:
        try:
            await self._write(lambda session: release_all(session, self._claimer))
        except DBAPIError as error:  # the leases will run out by themselves
            log.warning("sender lost the database", error=type(error).__name__)

    def _claim(self, session: Session, channel: Channel, most: int) -> tuple[list[int], datetime]:
        line, moment = self._line(channel), self._moment()
        if waiting_time(session, line, moment.machine) > LONGEST_WAIT:
            return [], moment.machine
        claimed = claim_batch(session, self._claimer, channel.name, most, moment)
        if not claimed:
            return [], moment.machine
        return claimed, reserve(session, line, len(claimed), moment.machine)

    async def _send(self, channel: Channel, group: Sequence[Ready]) -> Sequence[Outcome]:
        try:
            interval = 1 / self.deps.paces[channel.way].rate
            outcomes = await channel.send([ready.message for ready in group], interval, GROUP_SECONDS)
            assert len(outcomes) == len(group)
        except Exception as error:
            log.exception("channel failed", channel=channel.way, deliveries=[ready.delivery_id for ready in group])
            return [Unknown(type(error).__name__)] * len(group)  # they may have left
        return outcomes

    async def _insist(self, channel: Channel, group: Sequence[Ready], outcomes: Sequence[Outcome]) -> None:
        """Writes down what became of a group; only this process knows, so it does not give up."""
        moment = self._moment()
        tries = [_tried(ready, outcome, moment) for ready, outcome in zip(group, outcomes, strict=True)]
        until = self._held_until(channel, tries)
        key = key_of(channel.way) if until is not None else ""
        if await self._is_kept(partial(self._record, channel=channel, tries=tries, until=until), key):
            return
        for one in tries:
            if not await self._is_kept(partial(self._record, channel=channel, tries=[one], until=None)):
                await self._is_kept(
                    partial(doubt, claimer=self._claimer, delivery_id=one.delivery_id, reason="not-recorded")
                )

    async def _is_kept(self, work: Callable[[Session], object], key: str = "") -> bool:
        """Writes as often as it takes while the database is away; False where it will never take it."""
        while True:
            try:
                await self._write(work, key)
            except Exception as error:
                # Without the traceback: a database's message may hold what somebody wrote.
                log.error("an outcome was not written down", error=type(error).__name__)  # noqa: TRY400
                if not isinstance(error, SQLAlchemyError) or isinstance(error, LASTING):
                    return False
                await asyncio.sleep(TROUBLE_SECONDS)
            else:
                return True

    def _held_until(self, channel: Channel, tries: Sequence[Tried]) -> datetime | None:
        """The instant before which nothing may leave by this way, on the machine's clock."""
        moment = self._moment()
        holds = [one.decision.at for one in tries if isinstance(one.decision, Retry) and one.decision.hold]
        if not holds:
            return None
        log.warning("nothing leaves for a while", way=channel.way, said=tries[-1].outcome)
        return moment.machine + (max(holds) - moment.now)

    def _record(self, session: Session, channel: Channel, tries: Sequence[Tried], until: datetime | None) -> None:
        moment = self._moment()
        if until is not None:
            hold(session, self._line(channel), until, moment.machine)
        record(session, self._claimer, tries, moment.now)
        ways = tuple(one.way for one in self.deps.channels if one.name == channel.name)
        way = Way(channel.way, channel.name, ways)
        note_way(session, way, [one.outcome for one in tries], moment.now)

    def _line(self, channel: Channel) -> Line:
        return Line(channel.way, self.deps.paces[channel.way].rate)

    def _moment(self) -> Moment:
        return Moment(self.deps.clock.now(), self.deps.machine.now())

    async def _write(self, work: Callable[[Session], T], key: str = "") -> T:
        return await self.deps.database.shared(work, key=key)  # workers' steps that come together share a commit

    async def _sleep(self, seconds: float) -> None:
        """Sleeps, unless told to stop."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return


def _tried(ready: Ready, outcome: Outcome, moment: Moment) -> Tried:
    if isinstance(outcome, Misconfigured):
        log.error("channel is misconfigured", channel=ready.channel, detail=outcome.detail)
    if isinstance(outcome, Unwritten):
        log.error("message was not written", delivery=ready.delivery_id, error=outcome.detail)
    decision = decide(outcome, Try(ready.channel, ready.tries, moment.now, moment.machine))
    return Tried(ready.delivery_id, ready.attempt, ready.channel, ready.address_id, outcome, decision)
