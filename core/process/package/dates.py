"""Dates in a package: absolute, or counted from its start."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RELATIVE = re.compile(r"start(?:\s*([+-])\s*(\d{1,5})\s*([dw]))?")


def read_day(text: str, start: date) -> date | None:
    """A day: `2023-07-03`, `start`, `start+12d`, `start-2w`; None when it is none of them."""
    if found := RELATIVE.fullmatch(text.strip()):
        sign, count, unit = found.groups()
        days = int(count or 0) * (7 if unit == "w" else 1)
        try:
            return start + timedelta(days=-days if sign == "-" else days)
        except OverflowError:
            return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_moment(text: str, start: date) -> datetime | None:
    """A day and a local time, without a zone: `start+86d 09:30`, `2023-09-27 09:30`."""
    day_text, _, time_text = text.strip().replace("T", " ").rpartition(" ")
    day = read_day(day_text, start)
    try:
        at = time.fromisoformat(time_text) if ":" in time_text else None
    except ValueError:
        return None
    # With a zone of its own it would no longer be local to the process.
    return None if day is None or at is None or at.tzinfo is not None else datetime.combine(day, at)


def exists(local: datetime, zone: str) -> bool:
    """Whether the clocks of a time zone ever show a local time: those put forward leave an hour out."""
    return to_instant(local, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


def to_instant(local: datetime, zone: str) -> datetime:
    """The instant of a local time; one that does not exist moves on by the gap, one that exists twice is the first."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
