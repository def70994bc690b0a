"""The patron saint's day, quiet days, and mailings that leave over a time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.tables import Municipality
from core.process.tables import Phase, Process
from notifications.ledger.tables import Delivery, Occurrence
from notifications.planning.anchors import Timetable, due_local, parse_anchor
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.spread import SpreadWrong, parse_spread
from notifications.planning.windows import (
    ALWAYS,
    Window,
    WindowWrong,
    is_open,
    later_in_window,
    next_open,
    parse_window,
    spread_over,
)
from notifications.planning.workdays import is_working_day, shift_working_days
from tests.notifications.office import DUE, RULES, OfficeRows, Person, make_mailing, make_office

ROME = "Europe/Rome"
SAINT_JOHN = (6, 24)  # Turin's
OFFICE_HOURS = Window(frozenset(range(5)), time(9), time(18), holidays=False)


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ROME)).astimezone(UTC)


def test_the_patron_saint_is_no_working_day_where_the_process_has_its_seat() -> None:
    monday = date(2024, 6, 24)
    assert is_working_day(monday)
    assert not is_working_day(monday, SAINT_JOHN)
    assert shift_working_days(date(2024, 6, 21), 1, SAINT_JOHN) == date(2024, 6, 25)
    table = Timetable(ROME, {"analysis": (date(2024, 6, 21), date(2024, 7, 31))}, {}, SAINT_JOHN)
    anchor = parse_anchor({"phase": "analysis", "days": 1, "working": True, "time": "09:30"})
    assert due_local(anchor, table) == datetime.fromisoformat("2024-06-25T09:30")


def test_nothing_leaves_on_the_saints_day_nor_on_quiet_days() -> None:
    quiet = {"from": "2024-06-25", "until": "2024-06-26", "reason": "Election silence"}
    window = Window(OFFICE_HOURS.days, time(9), time(18), False, parse_window({"quiet": [quiet]}).quiet, SAINT_JOHN)
    assert next_open(window, rome("2024-06-23T10:00"), ROME) == rome("2024-06-27T09:00")
    always = Window(quiet=window.quiet)  # also for who writes on holidays
    assert not is_open(always, rome("2024-06-26T23:59"), ROME)
    assert is_open(always, rome("2024-06-27T00:00"), ROME)


@pytest.mark.parametrize("quiet", ["x", [1], [{}], [{"from": "2024-06-25"}], [{"from": "x", "until": "y"}]])
def test_quiet_days_that_are_none_are_refused(quiet: Any) -> None:
    with pytest.raises(WindowWrong):
        parse_window({"quiet": quiet})


def test_time_in_the_window_goes_on_at_its_next_opening() -> None:
    friday = rome("2023-07-07T16:00")
    assert later_in_window(OFFICE_HOURS, friday, timedelta(hours=1), ROME) == rome("2023-07-07T17:00")
    assert later_in_window(OFFICE_HOURS, friday, timedelta(hours=2), ROME) == rome("2023-07-10T09:00")
    assert later_in_window(OFFICE_HOURS, friday, timedelta(hours=12), ROME) == rome("2023-07-11T10:00")
    # The hour that summer time takes is not counted.
    assert later_in_window(ALWAYS, rome("2023-03-26T01:00"), timedelta(hours=2), ROME) == rome("2023-03-26T04:00")


spans = st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: DUE + timedelta(minutes=minutes)), spans)
def test_steps_are_open_ordered_and_as_many_as_minutes_allow(at: datetime, span: timedelta) -> None:
    steps = spread_over(OFFICE_HOURS, at, span, ROME)
    assert 1 <= len(steps) <= 60
    assert list(steps) == sorted(steps)
    assert all(is_open(OFFICE_HOURS, step, ROME) for step in steps)
    assert steps[0] == next_open(OFFICE_HOURS, at, ROME)


@pytest.mark.parametrize(
    "raw", [{"weeks": 1}, {"hours": -1}, {"hours": 1.5}, {"hours": True}, {"days": 31}, {"days": 10**9}]
)
def test_a_spread_that_is_none_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(SpreadWrong):
        parse_spread(raw)


def crowd(session: Session, count: int, **mailing: Any) -> OfficeRows:
    rows = make_office(session, [Person(f"p{n}", email=f"p{n}@example.org") for n in range(count)])
    make_mailing(session, rows, **mailing)
    return rows


def due_times(session: Session) -> list[datetime]:
    return list(session.scalars(select(Delivery.due_at).order_by(Delivery.id)))


def test_people_are_dealt_out_over_the_time(database: Database) -> None:
    def work(session: Session) -> list[datetime]:
        crowd(session, 120, spread={"minutes": 60})
        session.execute(
            update(Process).values(send_window={"days": [0, 1, 2, 3, 4], "from": "09:00", "until": "10:00"})
        )
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        return due_times(session)

    found = database.write(work)
    assert min(found) == DUE  # 9:30 in Turin; half of the hour is left of this day
    assert max(found) == rome("2023-07-07T09:29")
    assert not [at for at in found if rome("2023-07-06T10:00") <= at < rome("2023-07-07T09:00")]
    each = Counter(found)
    assert len(each) == 60
    assert max(each.values()) <= 3


def test_a_moved_saint_moves_what_has_not_left(database: Database) -> None:
    """The process gets a seat: the mailing's working days are counted anew."""

    def prepare(session: Session) -> datetime:
        rows = crowd(session, 1)
        session.execute(update(Phase).values(starts_on=date(2024, 6, 21), ends_on=date(2024, 7, 31)))
        schedule_occurrences(session, None, DUE)
        session.add(Municipality(office_id=rows.office, slug="torino", name="Torino", patron_saint="06-24"))
        return session.scalars(select(Occurrence.due_at)).one()

    def move(session: Session) -> datetime:
        session.execute(update(Process).values(seat="torino"))
        assert schedule_occurrences(session, None, DUE) == 1
        return session.scalars(select(Occurrence.due_at)).one()

    assert database.write(prepare) == rome("2024-06-26T09:30")
    assert database.write(move) == rome("2024-06-27T09:30")


def test_what_was_planned_for_a_day_that_becomes_quiet_is_planned_after_it(database: Database) -> None:
    def work(session: Session) -> list[datetime]:
        crowd(session, 1)
        window = {"days": [0, 1, 2, 3, 4], "from": "09:00", "until": "18:00"}
        quiet = [{"from": "2023-07-06", "until": "2023-07-07", "reason": ""}]
        session.execute(update(Process).values(send_window=window | {"quiet": quiet}))
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        return due_times(session)

    assert database.write(work) == [rome("2023-07-10T09:00")]


def test_a_window_ends_with_the_calendar_and_not_before() -> None:
    narrow = Window(days=frozenset({0}), opens=time(9), closes=time(10), holidays=False)
    for instant in (datetime(9999, 12, 31, 23, 30, tzinfo=UTC), datetime(9999, 12, 27, tzinfo=UTC)):
        for window in (narrow, Window()):
            assert next_open(window, instant, "Europe/Rome") == instant
            assert later_in_window(window, instant, timedelta(days=3), "Europe/Rome") == instant
            assert set(spread_over(window, instant, timedelta(hours=2), "Europe/Rome")) == {instant}
    before = datetime(9988, 12, 31, 23, 30, tzinfo=UTC)
    assert next_open(narrow, before, "Europe/Rome") > before
