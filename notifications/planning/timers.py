"""Rings when something is due. APScheduler wakes, the rows decide.

The jobs live in memory and are made anew from the rows; a fire only wakes the planner, so
that a stale, a second or a lost one does no harm. A regular sweep stands behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.jobstores.memory import MemoryJobStore  # type: ignore[import-untyped]
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.date import DateTrigger  # type: ignore[import-untyped]
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.database.database import Database
from core.database.leader import StillLeading, leadership
from core.errors import Problem
from core.ids import Ids, RandomIds
from core.people.join_requests import are_over, forget_requests
from core.people.personal import PersonalData
from core.process.appointments.reminding import remind, reminders_due
from core.process.waiting import events_to_tend, tend_event
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.notices import plan_notices, waiting_notices
from notifications.planning.planner import Planned, claim_due, plan_occurrence
from notifications.planning.pulse import open_turn
from notifications.planning.round_pulse import open_round_turn
from notifications.planning.rules import Rules
from notifications.planning.schedule import changes, schedule_occurrences
from surveys.polls.due import next_moments, polls_due, polls_to_purge, purge, tend_poll
from surveys.polls.series import set_series_state
from surveys.polls.series_tables import PollSeries
from surveys.recurring import clockwork
from surveys.recurring.rhythm import SeriesState
from surveys.recurring.series import set_round_series_state
from surveys.recurring.tables import RoundSeries
from surveys.responses.round_times import move_rounds, rounds_to_move

log = structlog.get_logger()

LEADER = "planner"
SWEEP_SECONDS = 1.0
REDERIVE_SECONDS = 3.0
REFUSED_SECONDS = 60.0
AHEAD = timedelta(days=1)
MOST_TIMERS = 1000
TOLERANCE = timedelta(milliseconds=200)


@dataclass(frozen=True)
class PlannerDeps:
    """What the planner stands on; `machine` is the clock that real waiting goes by."""

    database: Database
    clock: Clock
    rules: Rules
    personal: PersonalData = field(default_factory=PersonalData)
    ids: Ids = field(default_factory=RandomIds)
    machine: Clock = field(default_factory=SystemClock)


async def run_planner(deps: PlannerDeps) -> None:
    """Plans what is due until cancelled; of several planners one leads, the others stand by."""
    while True:
        try:
            async with leadership(deps.database, LEADER) as still_leading:
                await _lead(deps, still_leading)
        except DBAPIError as error:  # the database went away: whoever is back first leads
            log.warning("planner lost the database", error=type(error).__name__)
        await asyncio.sleep(SWEEP_SECONDS)


async def _lead(deps: PlannerDeps, still_leading: StillLeading) -> None:
    wake = asyncio.Event()
    timers = Timers(deps, wake)
    timers.start()
    try:
        rederived = float("-inf")
        refused = Refused()
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() - rederived >= REDERIVE_SECONDS:
                if not await still_leading():
                    return
                await rederive(deps)
                await forget_unconfirmed(deps)
                await purge_polls(deps)
                await timers.rebuild()
                rederived = loop.time()
            await plan_due(deps, refused)
            try:
                async with asyncio.timeout(SWEEP_SECONDS):  # wait_for of Python 3.11 can swallow a cancellation
                    await wake.wait()
            except TimeoutError:
                continue
            wake.clear()
    finally:
        timers.stop()


async def rederive(deps: PlannerDeps) -> None:
    """Brings rounds and occurrences up to what they hang on; writes only when something changed."""
    if await deps.database.aread(rounds_to_move):
        await deps.database.awrite(move_rounds)
    if await deps.database.aread(lambda session: bool(changes(session))):
        now = deps.clock.now()
        await deps.database.awrite(lambda session: schedule_occurrences(session, None, now))


async def forget_unconfirmed(deps: PlannerDeps) -> None:
    """Deletes what people asked for who wanted to join by themselves and did not confirm it in time."""
    now = deps.clock.now()
    while await deps.database.aread(lambda session: are_over(session, now)):
        await deps.database.awrite(lambda session: forget_requests(session, deps.personal.erasers, now))


async def purge_polls(deps: PlannerDeps) -> None:
    """Takes away what the database still holds of the earlier ballots of secret polls that were closed."""
    if polls := await deps.database.aread(polls_to_purge):
        await asyncio.to_thread(purge, deps.database, polls, deps.clock.now())


async def tend_polls(deps: PlannerDeps, now: datetime) -> None:
    """Opens and closes the polls whose time has come."""
    for poll_id in await deps.database.aread(lambda session: polls_due(session, now)):
        try:
            await deps.database.awrite(partial(tend_poll, ids=deps.ids, poll_id=poll_id, now=now))
        except DBAPIError:
            raise
        except Exception:  # one poll's mistake must not stop the others, nor any mailing
            log.exception("poll cannot be opened or closed", poll=poll_id)


async def tend_series(deps: PlannerDeps, now: datetime) -> None:
    """Opens the next poll or round of each series that is due; one that cannot be opened waits for staff, paused."""
    for table, open_next, pause in (
        (PollSeries, partial(open_turn, ids=deps.ids), set_series_state),
        (RoundSeries, open_round_turn, set_round_series_state),
    ):
        for series_id in await deps.database.aread(partial(clockwork.due, table=table, now=now)):
            try:
                await deps.database.awrite(partial(open_next, series_id=series_id, now=now))
            except DBAPIError:
                raise
            except Exception:  # one series' mistake must not stop the others, nor any mailing
                log.exception("series cannot open", table=table.__tablename__, series=series_id)
                await deps.database.awrite(partial(pause, series_id=series_id, state=SeriesState.PAUSED))


class Refused:
    """Mailings that may not leave (no text in a language) are looked at again once a minute, not at every sweep."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}

    def note(self, occurrence_id: int) -> None:
        self._until[occurrence_id] = asyncio.get_running_loop().time() + REFUSED_SECONDS

    def waits(self, occurrence_id: int) -> bool:
        return self._until.get(occurrence_id, 0) > asyncio.get_running_loop().time()


async def plan_due(deps: PlannerDeps, refused: Refused | None = None) -> int:
    """Plans what is due now, notices first; how many occurrences and notices it took."""
    refused = refused or Refused()
    now = deps.clock.now()
    taken = 0
    for event_id in await deps.database.aread(lambda session: events_to_tend(session, now)):
        await deps.database.awrite(partial(tend_event, event_id=event_id, now=now))
    await tend_polls(deps, now)
    await tend_series(deps, now)
    if await deps.database.aread(lambda session: reminders_due(session, now)):
        await deps.database.awrite(lambda session: remind(session, now))
    if await deps.database.aread(waiting_notices):
        taken += await deps.database.awrite(lambda session: plan_notices(session, now))
    for occurrence_id in await deps.database.aread(lambda session: claim_due(session, now)):
        if refused.waits(occurrence_id):
            continue
        try:
            work = partial(_plan, occurrence_id=occurrence_id, now=now, rules=deps.rules)
            planned = await deps.database.awrite(work)
        except (Problem, IntegrityError) as problem:  # one mailing's mistake must not stop the others
            reason = str(problem) if isinstance(problem, Problem) else type(problem.orig).__name__
            log.error("mailing cannot be planned", occurrence=occurrence_id, reason=reason)  # noqa: TRY400 - it may hold personal data
            refused.note(occurrence_id)
            continue
        if planned is not None and planned.state == OccurrenceState.DUE:
            refused.note(occurrence_id)
        taken += planned is not None
    return taken


def _plan(session: Session, occurrence_id: int, now: datetime, rules: Rules) -> Planned | None:
    return plan_occurrence(session, occurrence_id, now, rules)


class Timers:
    """APScheduler's jobs, one an occurrence, or a poll's opening or close, due within a day, at real instants.

    Our clock may be moved: the real instant of a due time is re-derived at each rebuild.
    """

    def __init__(self, deps: PlannerDeps, wake: asyncio.Event) -> None:
        self._deps = deps
        self._wake = wake
        self._scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def rebuild(self) -> None:
        now, machine_now = self._deps.clock.now(), self._deps.machine.now()
        due = [(str(name), at) for name, at in await self._deps.database.aread(lambda session: next_due(session, now))]
        due += await self._deps.database.aread(lambda session: next_moments(session, now, now + AHEAD))
        for table in (PollSeries, RoundSeries):
            moments = partial(clockwork.moments, table=table, now=now, until=now + AHEAD)
            due += await self._deps.database.aread(moments)
        wanted = {name: machine_now + (due_at - now) for name, due_at in due[:MOST_TIMERS]}
        present = {job.id: job for job in self._scheduler.get_jobs()}
        for stale in present.keys() - wanted.keys():
            self._scheduler.remove_job(stale)
        for name, at in wanted.items():
            known = present.get(name)
            if known is None or abs(known.next_run_time - at) > TOLERANCE:
                self._scheduler.add_job(
                    self._ring, DateTrigger(at), id=name, replace_existing=True, misfire_grace_time=None
                )

    async def _ring(self) -> None:
        self._wake.set()


def next_due(session: Session, now: datetime) -> Sequence[tuple[int, datetime]]:
    """The occurrences that come due within a day."""
    statement = (
        select(Occurrence.id, Occurrence.due_at)
        .join(Mailing, Mailing.id == Occurrence.mailing_id)
        .where(
            Occurrence.state == OccurrenceState.DUE,
            Mailing.state == MailingState.RELEASED,
            Occurrence.due_at > now,
            Occurrence.due_at <= now + AHEAD,
        )
        .order_by(Occurrence.due_at)
        .limit(MOST_TIMERS)
    )
    return [(row.id, row.due_at) for row in session.execute(statement)]
