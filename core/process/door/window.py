"""When a door is open, and which times it believes. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from core.process.events import EventFacts
from core.process.package.dates import to_instant

BEFORE = timedelta(hours=3)  # before the start, from when on people are let in
LATER = 30  # days after the end in which what happened at the door can still be noted
ONLINE_BEFORE, ONLINE_AFTER = timedelta(minutes=15), timedelta(hours=2)  # around the event, for those who follow it


def opens_at(event: EventFacts) -> datetime:
    return event.starts_at - BEFORE


def closes_at(event: EventFacts) -> datetime:
    return event.ends_at + timedelta(days=LATER)


def counts_from(event: EventFacts) -> datetime:
    """Before this nobody can have come: an event was moved to another day since, which the same day's delay is not."""
    return min(opens_at(event), to_instant(datetime.combine(event.starts.date(), time.min), event.time_zone))


def held_to(event: EventFacts, said: datetime | None, now: datetime) -> datetime:
    """The time that an act is given: as it was said, never before the day's door opens, never in the future.

    What was done before the day keeps its own time: the event was moved since, and it does not count.
    """
    at = min(said or now, now)
    return at if at < counts_from(event) else max(at, opens_at(event))


def online_window(event: EventFacts) -> tuple[datetime, datetime]:
    """From when to when somebody may confirm that they follow online."""
    return event.starts_at - ONLINE_BEFORE, event.ends_at + ONLINE_AFTER


def is_online_now(event: EventFacts, now: datetime) -> bool:
    starts, ends = online_window(event)
    return not event.cancelled and starts <= now < ends
