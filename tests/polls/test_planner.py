"""Polls open and close at their time by the planner's rows, and what closing left behind is purged."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.database.database import Database
from notifications.planning.timers import PlannerDeps, Timers, plan_due, purge_polls
from surveys.polls.kinds import State
from surveys.polls.making import plan_poll
from surveys.polls.store import load_poll
from surveys.polls.tables import Poll as Row
from tests.notifications.office import RULES
from tests.polls.scene import add, chosen, define, piles, vote
from tests.responses.scene import build


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_planned_poll_opens_closes_and_is_purged(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now())
    new = define(opens_local="2023-07-10T11:00", closes_local="2023-07-10T12:00")
    poll, deps = add(scene, new, opened=False), PlannerDeps(database, clock, RULES)
    database.write(lambda session: plan_poll(session, poll.id, clock.now()))

    def state() -> State:
        return database.read(lambda session: load_poll(session, poll.id)).state

    timers = Timers(deps, asyncio.Event())
    timers.start()
    await timers.rebuild()
    jobs = timers._scheduler.get_jobs()
    timers.stop()
    assert sorted(job.id for job in jobs) == [f"poll-{poll.id}-closes", f"poll-{poll.id}-opens"]
    await plan_due(deps)
    assert state() is State.PLANNED
    clock.advance(timedelta(hours=1))
    await plan_due(deps)
    await plan_due(deps)
    assert state() is State.OPEN
    vote(scene, poll, scene.participant(), chosen("A"), now=clock.now())
    clock.advance(timedelta(hours=5))  # the service was off when it should have closed
    await plan_due(deps)
    assert state() is State.CLOSED and piles(database, poll) == {"A": 1}
    row = database.read(lambda session: session.scalars(select(Row)).one())
    assert (row.closes_at, row.purged_at) == (poll.closes_at, None)
    await purge_polls(deps)
    assert database.read(lambda session: session.scalars(select(Row)).one()).purged_at == clock.now()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_poll_that_cannot_be_closed_holds_up_no_other(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now())
    until = define(closes_local="2023-07-10T12:00")
    damaged, whole = add(scene, until), add(scene, until, "whole")
    database.write(
        lambda session: session.execute(update(Row).where(Row.id == damaged.id).values(counting={"method": 1}))
    )
    clock.advance(timedelta(hours=5))
    await plan_due(PlannerDeps(database, clock, RULES))
    states = dict(database.read(lambda session: session.execute(select(Row.id, Row.state)).all()))
    assert states == {damaged.id: State.OPEN, whole.id: State.CLOSED}
