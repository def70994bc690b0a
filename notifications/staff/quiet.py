"""Quiet hours: when somebody is not to be disturbed, on the clock of their office. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SPAN = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?\s*")

Quiet = tuple[str, str]
"""From when to when: ("20:00", "08:00"); the same twice for never."""


def after_quiet(now: datetime, zone: str, quiet: Quiet) -> datetime:
    """The instant itself, or the end of the quiet hours that it falls into."""
    begins, ends = (time.fromisoformat(one) for one in quiet)
    there = now.astimezone(ZoneInfo(zone))
    clock = there.time().replace(tzinfo=None)
    over_midnight = begins > ends
    is_quiet = clock >= begins or clock < ends if over_midnight else begins <= clock < ends
    if begins == ends or not is_quiet:
        return now
    day = there.date() + timedelta(days=1) if over_midnight and clock >= begins else there.date()
    return datetime.combine(day, ends, ZoneInfo(zone)).astimezone(now.tzinfo)


def read_quiet(text: str) -> Quiet | None:
    """`20:00-8:00` or `20-8` as a person writes it; None for anything else."""
    found = SPAN.fullmatch(text)
    if found is None:
        return None
    try:
        return _clock(found[1], found[2]), _clock(found[3], found[4])
    except ValueError:
        return None


def _clock(hours: str, minutes: str | None) -> str:
    return time(int(hours), int(minutes or 0)).isoformat("minutes")
