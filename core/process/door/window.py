"""When a door is open, and which times it believes. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.process.events import EventFacts

BEFORE = timedelta(hours=3)  # before the start, from when on people are let in
LATER = 30  # days after the end in which what happened at the door can still be noted
ONLINE_BEFORE, ONLINE_AFTER = timedelta(minutes=15), timedelta(hours=2)  # around the event, for those who follow it


def opens_at(event: EventFacts) -> datetime:
    return event.starts_at - BEFORE


def closes_at(event: EventFacts) -> datetime:
    return event.ends_at + timedelta(days=LATER)


def held_to(event: EventFacts, said: datetime | None, now: datetime) -> datetime:
    """The time that an act is given: as it was said, never before the door opens, never in the future."""
    return min(max(said or now, opens_at(event)), now)


def online_window(event: EventFacts) -> tuple[datetime, datetime]:
    """From when to when somebody may confirm that they follow online."""
    return event.starts_at - ONLINE_BEFORE, event.ends_at + ONLINE_AFTER


def is_online_now(event: EventFacts, now: datetime) -> bool:
    starts, ends = online_window(event)
    return not event.cancelled and starts <= now < ends
