"""The slots that follow from when somebody has time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.process.package.dates import to_instant


@dataclass(frozen=True)
class Window:
    """A time on the wall clock of one day, `until` after `begins`."""

    day: date
    begins: time
    until: time


@dataclass(frozen=True)
class Span:
    """Two instants; the end is no part of it."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Rhythm:
    """How long a slot is, and how long nothing else is before and after it."""

    minutes: int
    before: int = 0
    after: int = 0

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def gap(self) -> timedelta:
        """Between one slot and the next."""
        return timedelta(minutes=self.before + self.after)


def make_slots(windows: Iterable[Window], rhythm: Rhythm, zone: str, taken: Iterable[Span] = ()) -> list[Span]:
    """As many slots as fit, in order, with the gap between any two and to what is `taken`.

    The first of a window begins with it; a window of a day on which the clock changes is as long as it really is.
    """
    found: list[Span] = []
    kept = sorted(taken, key=lambda one: one.starts_at)
    spans = (
        Span(*(to_instant(datetime.combine(one.day, at), zone) for at in (one.begins, one.until))) for one in windows
    )
    for span in sorted(spans, key=lambda one: (one.starts_at, one.ends_at)):
        start = max(span.starts_at, found[-1].ends_at + rhythm.gap) if found else span.starts_at
        while start + rhythm.length <= span.ends_at:
            slot = Span(start, start + rhythm.length)
            other = next((one for one in kept if _too_near(slot, one, rhythm.gap)), None)
            if other is None:
                found.append(slot)
            start = (other or slot).ends_at + rhythm.gap
    return found


def read_window(raw: Any) -> Window:
    """A window as it is kept: `{"day": "2023-07-20", "from": "09:00", "until": "12:30"}`; raises ValueError."""
    window = Window(date.fromisoformat(raw["day"]), time.fromisoformat(raw["from"]), time.fromisoformat(raw["until"]))
    if window.until <= window.begins:
        raise ValueError(raw)
    return window


def write_window(window: Window) -> dict[str, str]:
    times = {"from": f"{window.begins:%H:%M}", "until": f"{window.until:%H:%M}"}
    return {"day": window.day.isoformat(), **times}


def a_day_before(starts_at: datetime, zone: str) -> datetime:
    """The same time of day on the day before."""
    local = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return to_instant(local - timedelta(days=1), zone)


def _too_near(slot: Span, other: Span, gap: timedelta) -> bool:
    return slot.starts_at < other.ends_at + gap and other.starts_at < slot.ends_at + gap
