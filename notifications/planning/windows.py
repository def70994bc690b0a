"""The send window: on which days and between which hours a process writes to people. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import Problem
from core.i18n import N_
from notifications.planning.anchors import to_utc
from notifications.planning.workdays import Feast, is_holiday

EVERY_DAY = frozenset(range(7))
MOST_DAYS = 400
CALENDAR_ENDS = 9990  # the last years of the calendar, where no day or no time zone may follow
KEYS = {"days", "from", "until", "holidays", "quiet"}
MOST_STEPS = 60  # parts that a mailing is spread into
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class WindowWrong(Problem):
    text = N_(
        "The send window is not understood ({reason}). Write, for instance: "
        "days: [mon, tue, wed, thu, fri], from: 09:00, until: 18:00, holidays: false"
    )


@dataclass(frozen=True)
class Window:
    """Open on `days` (0 is Monday) from `opens` up to, not including, `closes`; on holidays only if told.

    Never open on `quiet` days, given as first and last; `feast` is a holiday beside the national ones.
    """

    days: frozenset[int] = EVERY_DAY
    opens: time = time.min
    closes: time | None = None  # None: midnight
    holidays: bool = True
    quiet: tuple[tuple[date, date], ...] = ()
    feast: Feast | None = None


ALWAYS = Window()


def parse_window(raw: Mapping[str, Any]) -> Window:
    """Reads a window as a package writes it, {} being always open; raises WindowWrong."""
    if not raw:
        return ALWAYS
    if strange := set(raw) - KEYS:
        raise WindowWrong(reason=f"unknown: {', '.join(sorted(map(str, strange)))}")
    days = raw.get("days", [0, 1, 2, 3, 4])
    if not isinstance(days, list) or not days or any(day not in EVERY_DAY and day not in NAMES for day in days):
        raise WindowWrong(reason=f"days: a list of {', '.join(NAMES)}")
    numbers = frozenset(NAMES.index(day) if day in NAMES else day for day in days)
    opens, closes = _read_time(raw, "from"), _read_time(raw, "until")
    if closes is not None and closes <= (opens or time.min):
        raise WindowWrong(reason="until: later than from")
    return Window(numbers, opens or time.min, closes, bool(raw.get("holidays", False)), _read_quiet(raw))


def _read_quiet(raw: Mapping[str, Any]) -> tuple[tuple[date, date], ...]:
    try:
        return tuple(
            (date.fromisoformat(one["from"]), date.fromisoformat(one["until"])) for one in raw.get("quiet", [])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WindowWrong(reason="quiet: a list of from and until") from error


def _read_time(raw: Mapping[str, Any], key: str) -> time | None:
    if raw.get(key) in {None, "24:00"}:
        return None
    try:
        hours, minutes = str(raw[key]).split(":")
        return time(int(hours), int(minutes))
    except ValueError as error:
        raise WindowWrong(reason=f"{key}: HH:MM") from error


def is_open(window: Window, instant: datetime, zone: str) -> bool:
    """At the end of the calendar always."""
    if instant.year >= CALENDAR_ENDS:
        return True
    shown = instant.astimezone(ZoneInfo(zone))
    day = shown.date()
    if shown.weekday() not in window.days or (is_holiday(day, window.feast) and not window.holidays):
        return False
    if any(first <= day <= last for first, last in window.quiet):
        return False
    clock_time = shown.time()
    return window.opens <= clock_time and (window.closes is None or clock_time < window.closes)


def next_open(window: Window, instant: datetime, zone: str) -> datetime:
    """The first instant from `instant` on that lies inside the window."""
    if is_open(window, instant, zone):
        return instant
    day = instant.astimezone(ZoneInfo(zone)).date()
    for ahead in range(MOST_DAYS):
        opening = to_utc(datetime.combine(day + timedelta(days=ahead), window.opens), zone)
        if opening > instant and is_open(window, opening, zone):
            return opening
    raise WindowWrong(reason="it never opens")


def later_in_window(window: Window, instant: datetime, span: timedelta, zone: str) -> datetime:
    """The instant at which the window has been open for `span` since `instant`."""
    at = next_open(window, instant, zone)
    while span > timedelta() and at.year < CALENDAR_ENDS:
        closing = _closing(window, at, zone)
        if at + span < closing:
            return at + span
        span -= closing - at
        at = next_open(window, closing, zone)
    return at


def spread_over(window: Window, instant: datetime, span: timedelta, zone: str) -> tuple[datetime, ...]:
    """Instants spread evenly over `span` of open time from `instant` on, at most one a minute; one for no span."""
    count = max(1, min(MOST_STEPS, span // timedelta(minutes=1)))
    return tuple(later_in_window(window, instant, span * number / count, zone) for number in range(count))


def _closing(window: Window, instant: datetime, zone: str) -> datetime:
    """The end of the day's opening that holds `instant`: its hour of closing, or midnight."""
    day = instant.astimezone(ZoneInfo(zone)).date()
    if window.closes is None:
        return to_utc(datetime.combine(day + timedelta(days=1), time.min), zone)
    return to_utc(datetime.combine(day, window.closes), zone)
