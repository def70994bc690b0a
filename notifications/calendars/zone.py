"""A time zone as iCalendar states it (RFC 5545, section 3.6.5): the changes of the clock in the years that matter.

The library has a way of its own, but it gives the beginning of summer time on the clock that comes after it, which
is an hour too late by the RFC, and for a few years it writes every change as a date of its own all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=32)
def time_zone(name: str, first_year: int, last_year: int) -> Timezone:
    """The zone from a day before the first year until the end of the last one."""
    zone = ZoneInfo(name)
    block = Timezone()
    block.add("tzid", name)
    begins = datetime(first_year, 1, 1, tzinfo=UTC) - DAY
    before = begins
    for after in (begins, *_changes(zone, begins, datetime(last_year + 1, 1, 1, tzinfo=UTC))):
        block.add_component(_observance(before.astimezone(zone), after.astimezone(zone)))
        before = after
    return block


def _changes(zone: ZoneInfo, begins: datetime, until: datetime) -> Iterator[datetime]:
    """The instants at which the clock is put forward or back."""
    day = begins
    while day < until:
        if _offset(zone, day) != _offset(zone, day + DAY):
            yield _find(zone, day, day + DAY)
        day += DAY


def _find(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        before, after = (middle, after) if _offset(zone, middle) == _offset(zone, before) else (before, middle)
    return after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()


def _observance(before: datetime, after: datetime) -> TimezoneDaylight | TimezoneStandard:
    """What holds from `after` on; it begins by the clock that went before."""
    old, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    made: TimezoneDaylight | TimezoneStandard = TimezoneDaylight() if after.dst() else TimezoneStandard()
    made.add("dtstart", (after.astimezone(UTC) + old).replace(tzinfo=None))
    made.add("tzoffsetfrom", old)
    made.add("tzoffsetto", new)
    made.add("tzname", after.tzname() or "")
    return made
