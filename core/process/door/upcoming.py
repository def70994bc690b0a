"""What somebody has registered for and can still come to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.merged import all_of
from core.process.door.window import online_window
from core.process.events import EventFacts, load_event
from core.process.replies import MODES
from core.process.seating import Stand, how_stands
from core.process.tables import Attendance, Event

MOST = 10


def coming_events(session: Session, person: int, now: datetime) -> list[tuple[EventFacts, Stand]]:
    """Events that somebody who remains has a place at, the next ones first."""
    mine = Attendance.participant_id.in_(all_of(session, person)), Attendance.reply.in_(MODES)
    statement = (
        select(Event.id)
        .join(Attendance, Attendance.event_id == Event.id)
        .where(*mine, Event.cancelled.is_(False))
        .distinct()
    )
    events = [load_event(session, one) for one in session.scalars(statement).all()]
    found = [(one, how_stands(session, one.id, person)) for one in events if now < online_window(one)[1]]
    return sorted((one for one in found if one[1].reply in MODES), key=lambda one: one[0].starts_at)[:MOST]
