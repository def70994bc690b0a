"""When a poll closes if nobody says otherwise: so that its result still leaves on the same day. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.planning.anchors import to_utc
from notifications.planning.windows import Window, is_open

CLOSES_ON = 4  # Friday
LATEST, EARLIEST = 18, 8  # o'clock
AT_LEAST = timedelta(days=1)
WEEK = 7


def close_on(day: date, window: Window, zone: str) -> datetime:
    """The latest full hour of a day until 18:00 at which messages may leave; 18:00 where there is none. Local time."""
    return _hour(day, window, zone) or datetime.combine(day, time(LATEST))


def usual_close(now: datetime, zone: str, window: Window) -> str:
    """The local Friday at least a day ahead; a day before, or else after it, where nothing leaves on that one."""
    earliest = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + AT_LEAST
    for day in _days(earliest):
        found = _hour(day, window, zone)
        if found is not None and found >= earliest:
            return found.isoformat(timespec="minutes")
    return close_on((earliest + timedelta(days=1)).date(), window, zone).isoformat(timespec="minutes")


def closing_days(there: datetime, ahead: Sequence[int], window: Window, zone: str) -> list[date]:
    """So many days ahead of a local time, each moved on to the next day on which messages leave and none is before."""
    days: list[date] = []
    for count in ahead:
        first = max(there.date() + timedelta(days=count), days[-1] + timedelta(days=1) if days else date.min)
        coming = (first + timedelta(days=more) for more in range(2 * WEEK))
        days.append(next((one for one in coming if _hour(one, window, zone) is not None), first))
    return days


def _days(earliest: datetime) -> Iterator[date]:
    """The Friday, the days before it from the last on, then those after it."""
    first = earliest.date()
    friday = first + timedelta(days=(CLOSES_ON - first.weekday()) % WEEK)
    if friday == first and earliest.time() > time(LATEST):
        first, friday = first + timedelta(days=1), friday + timedelta(days=WEEK)
    yield from (friday - timedelta(days=back) for back in range((friday - first).days + 1))
    yield from (friday + timedelta(days=ahead) for ahead in range(1, 2 * WEEK + 1))


def _hour(day: date, window: Window, zone: str) -> datetime | None:
    hours = (datetime.combine(day, time(hour)) for hour in range(LATEST, EARLIEST - 1, -1))
    return next((one for one in hours if is_open(window, to_utc(one, zone), zone)), None)
