"""Anchors, working days, send windows and missed rules: values in, values out."""

# ruff: noqa: DTZ001 - a local time has no zone until to_utc gives it one

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.planning.anchors import (
    AnchorUnknown,
    AnchorWrong,
    Timetable,
    due_local,
    latest_useful,
    parse_anchor,
    to_utc,
)
from notifications.planning.missed import MissedRuleWrong, Verdict, judge, parse_missed
from notifications.planning.windows import ALWAYS, Window, WindowWrong, is_open, next_open, parse_window
from notifications.planning.workdays import is_holiday, is_working_day, shift_working_days

ROME = "Europe/Rome"
TABLE = Timetable(
    ROME,
    {"analysis": (date(2023, 7, 3), date(2023, 10, 31))},
    {"launch": (datetime(2023, 9, 27, 10), datetime(2023, 9, 27, 13))},
)


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ({"phase": "analysis", "at": "opens", "days": 3, "working": True, "time": "09:30"}, "2023-07-06T09:30"),
        ({"phase": "analysis", "at": "opens", "time": "09:00"}, "2023-07-03T09:00"),
        ({"phase": "analysis", "at": "closes", "days": -7, "time": "18:00"}, "2023-10-24T18:00"),
        ({"phase": "analysis", "at": "closes", "days": 1, "working": True, "time": "9:00"}, "2023-11-02T09:00"),
        ({"event": "launch", "days": -1}, "2023-09-26T10:00"),
        ({"event": "launch", "at": "ends", "days": 1, "time": "09:00"}, "2023-09-28T09:00"),
        ({"event": "launch", "hours": -2}, "2023-09-27T08:00"),
        ({"event": "launch", "at": "ends", "hours": 12}, "2023-09-28T01:00"),
    ],
)
def test_an_anchor_says_a_local_time(anchor: dict[str, Any], expected: str) -> None:
    assert due_local(parse_anchor(anchor), TABLE).isoformat(timespec="minutes") == expected


@pytest.mark.parametrize(
    "anchor",
    [
        {},
        {"phase": "a", "event": "b"},
        {"phase": "analysis", "at": "starts", "time": "09:00"},
        {"phase": "analysis", "time": "25:00"},
        {"phase": "analysis"},
        {"phase": "analysis", "days": "3", "time": "09:00"},
        {"phase": "analysis", "hours": -2},
        {"event": "launch", "hours": -2, "days": 1},
        {"event": "launch", "hours": 1.5},
        {"event": "launch", "hours": 24 * 14 + 1},
        {"phase": "analysis", "working": 1, "time": "09:00"},
        {"phase": "analysis", "hour": 3, "time": "09:00"},
    ],
)
def test_a_wrong_anchor_is_refused(anchor: dict[str, Any]) -> None:
    with pytest.raises(AnchorWrong):
        parse_anchor(anchor)


def test_an_anchor_on_something_unknown() -> None:
    with pytest.raises(AnchorUnknown):
        due_local(parse_anchor({"event": "nothing"}), TABLE)


def test_an_event_reminder_is_useful_until_the_start() -> None:
    start = to_utc(datetime(2023, 9, 27, 10), ROME)
    assert latest_useful(parse_anchor({"event": "launch", "days": -1}), TABLE) == start
    assert latest_useful(parse_anchor({"event": "launch", "at": "ends"}), TABLE) is None
    assert latest_useful(parse_anchor({"phase": "analysis", "time": "09:00"}), TABLE) is None
    waits = replace(TABLE, polls={"bench": (None, None)})
    assert latest_useful(parse_anchor({"poll": "bench", "at": "closes"}), waits, "launch") == start


def test_a_time_that_does_not_exist_moves_on_and_one_that_exists_twice_is_the_first() -> None:
    assert to_utc(datetime(2023, 3, 26, 2, 30), ROME).astimezone(ZoneInfo(ROME)).time() == time(3, 30)
    assert to_utc(datetime(2023, 10, 29, 2, 30), ROME) == datetime(2023, 10, 29, 0, 30, tzinfo=UTC)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)))
def test_every_local_time_has_one_instant_and_order_is_kept_within_a_day(local: datetime) -> None:
    back = to_utc(local, ROME).astimezone(ZoneInfo(ROME)).replace(tzinfo=None)
    assert back - local in {timedelta(0), timedelta(hours=1)}


def test_italian_holidays() -> None:
    days = (date(2023, 4, 10), date(2023, 4, 25), date(2023, 8, 15), date(2023, 12, 26))  # Easter Monday first
    assert all(is_holiday(day) for day in days)
    assert not is_holiday(date(2023, 6, 24))  # only Turin's patron saint


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(-40, 40))
def test_working_days_end_on_a_working_day_and_count_right(day: date, count: int) -> None:
    end = shift_working_days(day, count)
    assert is_working_day(end)
    low, high = sorted((day, end))
    between = [low + timedelta(n) for n in range((high - low).days + 1)]
    counted = sum(is_working_day(one) for one in between if one != day)
    assert counted == abs(count) or (count == 0 and counted <= 1)


WINDOW = parse_window({"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "until": "18:00"})


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2023-07-06T09:30", "2023-07-06T09:30"),
        ("2023-07-06T08:59", "2023-07-06T09:00"),
        ("2023-07-06T18:00", "2023-07-07T09:00"),
        ("2023-07-07T20:00", "2023-07-10T09:00"),
        ("2023-12-22T19:00", "2023-12-27T09:00"),
    ],
)
def test_the_next_moment_inside_the_window(at: str, opens: str) -> None:
    found = next_open(WINDOW, to_utc(datetime.fromisoformat(at), ROME), ROME)
    assert found == to_utc(datetime.fromisoformat(opens), ROME)


windows = st.builds(
    lambda days, opens, hours, holidays: Window(days, time(opens), time(opens + hours), holidays),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 20),
    st.integers(1, 3),
    st.booleans(),
)


@given(windows, st.datetimes(datetime(2022, 1, 1), datetime(2026, 1, 1)))
def test_the_next_opening_is_open_and_not_before(window: Window, at: datetime) -> None:
    instant = at.replace(tzinfo=UTC)
    found = next_open(window, instant, ROME)
    assert found >= instant
    assert is_open(window, found, ROME)
    probe = instant
    while probe < min(found, instant + timedelta(days=2)):
        assert not is_open(window, probe, ROME)
        probe += timedelta(minutes=30)


@pytest.mark.parametrize(
    "raw",
    [{"days": []}, {"days": [7]}, {"days": "mon"}, {"from": "x"}, {"from": "10:00", "until": "09:00"}, {"till": "9"}],
)
def test_a_wrong_window_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(WindowWrong):
        parse_window(raw)


def test_no_window_is_always_open() -> None:
    assert parse_window({}) == ALWAYS
    assert is_open(ALWAYS, datetime(2023, 12, 25, 3, tzinfo=UTC), ROME)


DUE = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "hours_late", "verdict"),
    [
        ({}, 0, Verdict.PLAN),
        ({}, 9999, Verdict.PLAN),
        ({"rule": "catch-up", "until": {"days": 1}}, 23, Verdict.PLAN),
        ({"rule": "catch-up", "until": {"days": 1}}, 25, Verdict.DROP),
        ({"rule": "ask"}, 0, Verdict.PLAN),
        ({"rule": "ask"}, 1, Verdict.ASK),
        ({"rule": "drop"}, 1, Verdict.DROP),
    ],
)
def test_missed_rules(raw: dict[str, Any], hours_late: int, verdict: Verdict) -> None:
    assert judge(parse_missed(raw), DUE, DUE + timedelta(hours=hours_late), None) is verdict


def test_what_is_of_no_use_any_more_is_dropped_whatever_the_rule() -> None:
    assert judge(parse_missed({}), DUE, DUE, DUE) is Verdict.DROP


@pytest.mark.parametrize(
    "raw",
    [
        {"rule": "x"},
        {"until": 3},
        {"until": {"weeks": 1}},
        {"until": {"days": -1}},
        {"until": {"days": 999_999_999_999}},
        {"until": {"hours": 36_500 * 24 + 1}},
        {"a": 1},
    ],
)
def test_a_wrong_missed_rule_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(MissedRuleWrong):
        parse_missed(raw)
