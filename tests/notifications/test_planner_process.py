"""The planner as it runs: timers wake it, rows decide, a moved clock is followed, one leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.notices import News, tell
from core.people.tables import Audience
from notifications.intake.unsubscribe import unsubscribe
from notifications.ledger.report import Count, counts, in_doubt, missing, upcoming
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.preview import dry_run
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.timers import PlannerDeps, Timers, next_due, run_planner
from tests.notifications.office import DUE, RULES, OfficeRows, Person, make_mailing, make_office

PEOPLE = [Person("a", email="a@example.org"), Person("b", telegram="5"), Person("nowhere")]


def office(database: Database) -> OfficeRows:
    def work(session: Session) -> OfficeRows:
        rows = make_office(session, PEOPLE)
        make_mailing(session, rows)
        return rows

    return database.write(work)


def deliveries(session: Session) -> int:
    return len(session.scalars(select(Delivery.id)).all())


async def until(database: Database, fits: Callable[[Session], bool]) -> None:
    for _ in range(200):
        if await database.aread(fits):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the planner did not do it")


async def test_a_moved_clock_is_followed_and_two_planners_plan_once(database: Database, clock: FixedClock) -> None:
    rows = office(database)
    clock.set(DUE - timedelta(days=2))
    planners = [asyncio.ensure_future(run_planner(PlannerDeps(database, clock, RULES))) for _ in range(2)]
    try:
        await until(database, lambda s: s.scalars(select(Occurrence.due_at)).all() == [DUE])
        assert database.read(deliveries) == 0
        clock.set(DUE)
        await until(database, lambda s: deliveries(s) == len(PEOPLE))
        news = News("join-code", "1", rows.people["a"], "email", None, {"code": "123456"})
        database.write(lambda session: tell(session, news, clock.now()))
        await until(database, lambda s: deliveries(s) == len(PEOPLE) + 1)
    finally:
        for planner in planners:
            planner.cancel()
        await asyncio.gather(*planners, return_exceptions=True)
    assert all(planner.cancelled() for planner in planners)


async def test_one_badly_written_mailing_stops_no_other(database: Database, clock: FixedClock) -> None:
    rows = office(database)

    def spoil(session: Session) -> None:
        bad = Audience(office_id=rows.office, slug="bad", name="Bad", rule={"nonsense": 1})
        session.add(bad)
        session.flush()
        make_mailing(session, rows, slug="a-bad-audience", audience_id=bad.id)
        make_mailing(session, rows, slug="a-bad-rule", missed={"rule": "whatever"})
        make_mailing(session, rows, slug="a-bad-anchor", anchor={"phase": "gone", "time": "09:00"})

    database.write(spoil)
    clock.set(DUE)
    planner = asyncio.ensure_future(run_planner(PlannerDeps(database, clock, RULES)))
    await until(database, lambda s: deliveries(s) == len(PEOPLE))
    await asyncio.sleep(1.2)
    assert not planner.done()
    planner.cancel()
    await asyncio.gather(planner, return_exceptions=True)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=23)])
async def test_a_timer_rings_at_the_real_instant(database: Database, clock: FixedClock, ahead: timedelta) -> None:
    office(database)
    clock.set(DUE - ahead)
    database.write(lambda session: schedule_occurrences(session, None, clock.now()))
    wake = asyncio.Event()
    timers = Timers(PlannerDeps(database, clock, RULES), wake)
    timers.start()
    try:
        await timers.rebuild()
        if ahead > timedelta(hours=1):
            assert not wake.is_set()
            clock.set(DUE - timedelta(milliseconds=300))  # somebody moved our clock
            await timers.rebuild()
        await asyncio.wait_for(wake.wait(), 10)
    finally:
        timers.stop()
    assert database.read(deliveries) == 0  # a ring alone plans nothing


def test_only_what_is_due_within_a_day_gets_a_timer(database: Database) -> None:
    office(database)
    database.write(lambda session: schedule_occurrences(session, None, DUE))
    assert len(database.read(lambda session: next_due(session, DUE - timedelta(hours=20)))) == 1
    assert database.read(lambda session: next_due(session, DUE - timedelta(days=3))) == []


def test_a_dry_run_shows_everything_and_leaves_nothing(database: Database) -> None:
    office(database)
    mailing = database.read(lambda session: session.scalars(select(Mailing.id)).one())
    preview = database.write(lambda session: dry_run(session, mailing, DUE, RULES))
    assert preview.counts == [
        Count("planned", "email", "", 1),
        Count("planned", "telegram", "", 1),
        Count("skipped", "", "no-address", 1),
    ]
    assert preview.refusal == ""
    assert database.read(deliveries) == 0
    assert database.read(lambda session: session.scalars(select(Occurrence)).all()) == []


async def test_the_report(database: Database, clock: FixedClock) -> None:
    office(database)
    database.write(lambda session: schedule_occurrences(session, None, DUE))
    (ahead,) = database.read(lambda session: upcoming(session, DUE - timedelta(days=7)))
    assert (ahead.slug, ahead.due_local, ahead.late) == ("invitation", "2023-07-06T09:30", False)
    assert database.read(lambda session: upcoming(session, DUE, office_id=999)) == []
    clock.set(DUE)
    planner = asyncio.ensure_future(run_planner(PlannerDeps(database, clock, RULES)))
    await until(database, lambda s: deliveries(s) == len(PEOPLE))
    planner.cancel()
    await asyncio.gather(planner, return_exceptions=True)
    assert database.read(lambda session: upcoming(session, DUE)) == []
    (undelivered,) = database.read(lambda session: missing(session, ahead.mailing_id))
    assert (undelivered.name, undelivered.reason) == ("nowhere", "no-address")
    assert sum(one.people for one in database.read(lambda session: counts(session, ahead.mailing_id))) == len(PEOPLE)
    assert database.read(in_doubt) == []


def test_what_was_stopped_does_not_stand_in_the_plan(database: Database) -> None:
    office(database)
    database.write(lambda session: schedule_occurrences(session, None, DUE))
    assert len(database.read(lambda session: upcoming(session, DUE))) == 1
    database.write(lambda session: session.execute(update(Mailing).values(state="cancelled")))
    assert database.read(lambda session: upcoming(session, DUE)) == []


async def test_unsubscribing_from_a_message_keeps_the_next_one_away(database: Database, clock: FixedClock) -> None:
    rows = office(database)

    def work(session: Session) -> list[Count]:
        mailing = session.scalars(select(Mailing.id)).one()
        occurrence = Occurrence(
            mailing_id=mailing, key="x", due_local="", time_zone="UTC", due_at=DUE, state="planned", values={}
        )
        session.add(occurrence)
        session.flush()
        delivery = Delivery(
            mailing_id=mailing,
            occurrence_id=occurrence.id,
            participant_id=rows.people["a"],
            channel="email",
            state="sent",
            due_at=DUE,
        )
        session.add(delivery)
        session.flush()
        for _ in range(2):
            unsubscribe(session, delivery.id, False, DUE)
        return dry_run(session, mailing, DUE, RULES).counts

    assert Count("skipped", "", "no-consent", 1) in database.write(work)
