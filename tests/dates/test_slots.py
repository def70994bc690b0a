"""Slots never overlap, keep their pauses, lie within the windows, and are as long when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.process.appointments.slots import Rhythm, Span, Window, a_day_before, make_slots, read_window, write_window
from core.process.package.dates import to_instant

ROME = "Europe/Rome"
DAYS = st.sampled_from([date(2023, 3, 25), date(2023, 3, 26), date(2023, 10, 29), date(2023, 10, 30)])


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first, last = sorted(draw(st.lists(st.integers(0, 24 * 4 - 1), min_size=2, max_size=2, unique=True)))
    return Window(draw(DAYS), *(time(quarter // 4, quarter % 4 * 15) for quarter in (first, last)))


RHYTHMS = st.builds(Rhythm, st.integers(5, 240), st.integers(0, 45), st.integers(0, 45))
MOMENTS = st.integers(0, 6 * 24 * 60).map(
    lambda minutes: datetime(2023, 3, 24, tzinfo=UTC) + timedelta(minutes=minutes)
)
TAKEN = st.lists(st.builds(lambda at, minutes: Span(at, at + timedelta(minutes=minutes)), MOMENTS, st.integers(1, 120)))


@given(st.lists(windows(), max_size=6), RHYTHMS, TAKEN)
def test_slots_keep_their_distance_and_lie_within_the_windows(
    times: list[Window], rhythm: Rhythm, taken: list[Span]
) -> None:
    found = make_slots(times, rhythm, ROME, taken)
    spans = [[to_instant(datetime.combine(one.day, at), ROME) for at in (one.begins, one.until)] for one in times]
    for one in found:
        assert one.ends_at - one.starts_at == timedelta(minutes=rhythm.minutes)
        assert any(starts <= one.starts_at and one.ends_at <= ends for starts, ends in spans)
        assert all(
            one.starts_at >= other.ends_at + rhythm.gap or other.starts_at >= one.ends_at + rhythm.gap
            for other in taken
        )
    for one, following in pairwise(found):
        assert following.starts_at >= one.ends_at + rhythm.gap


@given(windows(), RHYTHMS)
def test_a_window_alone_is_filled(window: Window, rhythm: Rhythm) -> None:
    starts, ends = (to_instant(datetime.combine(window.day, at), ROME) for at in (window.begins, window.until))
    found = make_slots([window], rhythm, ROME)
    count = max(0, (ends - starts + rhythm.gap) // (rhythm.length + rhythm.gap))
    assert len(found) == count
    assert not found or found[0].starts_at == starts


@given(windows())
def test_a_window_is_kept_as_it_is_written(window: Window) -> None:
    assert read_window(write_window(window)) == window


def test_days_on_which_the_clock_changes_are_as_long_as_they_are() -> None:
    night = time(1), time(4)
    hours = Rhythm(60)
    assert len(make_slots([Window(date(2023, 3, 26), *night)], hours, ROME)) == 2, "from two to three there is nothing"
    assert len(make_slots([Window(date(2023, 10, 29), *night)], hours, ROME)) == 4, "from two to three there is twice"
    assert len(make_slots([Window(date(2023, 10, 28), *night)], hours, ROME)) == 3


def test_a_slot_that_somebody_has_keeps_its_pauses_from_the_new_ones() -> None:
    kept = Span(datetime(2023, 7, 20, 7, 20, tzinfo=UTC), datetime(2023, 7, 20, 8, 0, tzinfo=UTC))
    found = make_slots([Window(date(2023, 7, 20), time(9), time(12))], Rhythm(30, 5, 5), ROME, [kept])
    assert [f"{one.starts_at:%H:%M}" for one in found] == ["08:10", "08:50", "09:30"]


def test_the_day_before_is_at_the_same_time_of_day() -> None:
    after_the_change = datetime(2023, 3, 26, 8, 0, tzinfo=UTC)  # ten o'clock, summer time
    assert a_day_before(after_the_change, ROME) == datetime(2023, 3, 25, 9, 0, tzinfo=UTC)
