"""Codes for the door are sent to those who come in person, each once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.process.events import EventFacts
from core.process.replies import Reply
from core.process.standing import standing_attendance

CODE = "door-code"


def send_codes(session: Session, event: EventFacts, now: datetime) -> int:
    """Sends each their code who has not been sent one by this; how many."""
    attended = standing_attendance(event.id)
    coming = select(attended.c.person_id).where(attended.c.reply == Reply.IN_PERSON, attended.c.came == "")
    sent = 0
    for person in sorted(session.scalars(coming).all()):
        values = {"event_id": event.id}
        news = News(CODE, f"{event.id}:{person}", person, office_id=event.office_id, values=values)
        sent += tell(session, news, now)
    return sent
