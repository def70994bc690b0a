"""Seats that become free are offered in order, each kept for a time, and go on to the next one when it lapses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.process.events import EventFacts, load_event
from core.process.replies import MODES, Reply
from core.process.seats import next_in_line, offer_ends
from core.process.standing import line_of, rooms
from core.process.tables import Attendance, Event

OFFERED, LAPSED = "seat-offered", "seat-lapsed"


def lock_event(session: Session, event_id: int) -> Event:
    """The event's row, held till the end of the transaction: who gives seats away does so one after the other."""
    statement = select(Event).where(Event.id == event_id).with_for_update()
    return session.scalars(statement, execution_options={"populate_existing": True}).one()


def offer_seats(session: Session, event: Event, facts: EventFacts, now: datetime) -> int:
    """Offers what is free to those who wait; how many it offered. The event is locked (`lock_event`)."""
    until = offer_ends(now, event.offer_hours, facts.starts_at)
    if facts.cancelled or until <= now:
        return 0
    count = 0
    for mode in MODES:
        line = line_of(session, event.id, mode)
        chosen = next_in_line(rooms(session, event)[mode], line) if line else []
        for one in chosen:
            offer_to(session, facts, one.attendance_id, until, now)
        count += len(chosen)
    return count


def somebody_waits(session: Session) -> bool:
    """Whether anybody waits for a seat anywhere."""
    return session.scalar(select(Attendance.id).where(Attendance.waits_for != "").limit(1)) is not None


def tend_waiting_lists(session: Session, now: datetime) -> int:
    """Takes back offers whose time is over and offers whatever is free, however it became so; how many lapsed."""
    waited_for = select(Attendance.event_id).where(Attendance.waits_for != "").distinct().order_by(Attendance.event_id)
    return sum(_tend(session, event_id, now) for event_id in session.scalars(waited_for).all())


def _tend(session: Session, event_id: int, now: datetime) -> int:
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    mine = Attendance.event_id == event_id, Attendance.offered_until <= now
    lapsed = session.execute(
        select(
            Attendance.id, Attendance.participant_id, Attendance.reply, Attendance.waits_for, Attendance.offered_until
        )
        .where(*mine)
        .order_by(Attendance.id)
    ).all()
    for one in lapsed:
        # A seat in the other mode stays; who has none may come after all, and may ask again.
        reply = Reply.MAYBE.value if one.reply == Reply.WAITING else one.reply
        session.execute(
            update(Attendance)
            .where(Attendance.id == one.id)
            .values(reply=reply, waits_for="", waiting_since=None, offered_until=None)
        )
        if not facts.cancelled and now < facts.starts_at:
            values = {"event_id": event_id, "mode": one.waits_for}
            key = f"{one.id}:{one.offered_until.isoformat()}"
            tell(session, News(LAPSED, key, one.participant_id, office_id=facts.office_id, values=values), now)
    offer_seats(session, event, facts, now)
    return len(lapsed)


def offer_to(session: Session, facts: EventFacts, attendance_id: int, until: datetime, now: datetime) -> None:
    row = session.get_one(Attendance, attendance_id, populate_existing=True)
    session.execute(update(Attendance).where(Attendance.id == attendance_id).values(offered_until=until))
    values = {"event_id": facts.id, "mode": row.waits_for, "until": until.isoformat()}
    key = f"{attendance_id}:{until.isoformat()}"
    tell(session, News(OFFERED, key, row.participant_id, office_id=facts.office_id, values=values), now)
