"""An event that changes: what calendars show of it is counted, and who said yes is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.process.appointments.tables import who_has_one
from core.process.events import load_event
from core.process.replies import MODES
from core.process.standing import standing_attendance
from core.process.tables import Event
from core.process.waiting import lock_event, offer_seats

CHANGED, CANCELLED = "event-changed", "event-cancelled"
SHOWN = ("title", "starts_local", "ends_local", "place", "address", "link", "cancelled")  # in calendars


def change_event(session: Session, event_id: int, values: Mapping[str, Any], now: datetime) -> bool:
    """Writes an event's new values; whether what calendars show of it has changed."""
    event = lock_event(session, event_id)
    was_cancelled = event.cancelled
    shown = any(name in values and getattr(event, name) != values[name] for name in SHOWN)
    more = {"sequence": event.sequence + 1, "changed_at": now} if shown else {}
    session.execute(update(Event).where(Event.id == event_id).values({**values, **more}))
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    if shown and now < facts.ends_at and not (was_cancelled and event.cancelled):
        _tell(session, event, CANCELLED if event.cancelled else CHANGED, facts.office_id, now)
    offer_seats(session, event, facts, now)
    return shown


def _tell(session: Session, event: Event, kind: str, office_id: int, now: datetime) -> None:
    """Those with a seat, those who wait for one and, where it does not take place, those with an appointment."""
    attended = standing_attendance(event.id)
    concerned = select(attended.c.person_id).where(or_(attended.c.reply.in_(MODES), attended.c.waits_for != ""))
    people = set(session.scalars(concerned))
    if kind == CANCELLED:
        people |= set(session.scalars(who_has_one(event.id, now)))
    for person in sorted(people):
        key = f"{event.id}:{event.sequence}:{person}"
        tell(session, News(kind, key, person, office_id=office_id, values={"event_id": event.id}), now)
