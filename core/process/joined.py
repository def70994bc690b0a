"""The public event from whose page somebody joined its office, which is what they came for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.people.from_event import event_in
from core.process.events import EventFacts, EventUnknown, load_event


def event_they_came_for(session: Session, office_id: int, tag: str, now: datetime) -> EventFacts | None:
    """None where they came from none, or where nobody can register any more; a restricted meeting lets nobody in."""
    event_id = event_in(tag)
    try:
        event = load_event(session, event_id) if event_id else None
    except EventUnknown:
        return None
    is_public = event is not None and event.kind == "event" and not event.invited_only
    if event is None or not is_public or event.office_id != office_id or event.cancelled or now >= event.starts_at:
        return None
    return None if event.closes_at is not None and now >= event.closes_at else event
