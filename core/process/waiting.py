"""Seats that become free are offered in order, each kept for a time, and go on to the next one when it lapses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.people.store import remaining
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.seats import next_in_line, offer_ends
from core.process.standing import line_of, rooms, standing_attendance
from core.process.tables import Attendance, Event

OFFERED, LAPSED = "seat-offered", "seat-lapsed"
ZONES = timedelta(days=1)  # a local time is less than a day away from the same one in UTC
OFF_THE_LIST: dict[str, Any] = {"waits_for": "", "waiting_since": None, "offered_until": None}


def lock_event(session: Session, event_id: int) -> Event:
    """The event's row, held till the end of the transaction: who gives seats away does so one after the other."""
    statement = select(Event).where(Event.id == event_id).with_for_update()
    return session.scalars(statement, execution_options={"populate_existing": True}).one()


def offer_seats(session: Session, event: Event, facts: EventFacts, now: datetime) -> int:
    """Offers what is free to those who wait; how many it offered. The event is locked (`lock_event`)."""
    until = offer_ends(now, event.offer_hours, facts.starts_at)
    if facts.cancelled or until <= now:
        return 0
    lines = {mode: line for mode in facts.modes if (line := line_of(session, event.id, mode))}
    room = rooms(session, event) if lines else {}
    chosen = [one for mode, line in lines.items() for one in next_in_line(room[mode], line)]
    for one in chosen:
        offer_to(session, facts, one.attendance_id, until, now)
    return len(chosen)


def events_to_tend(session: Session, now: datetime) -> list[int]:
    """The events in which an offer's time is over, or a place is free that somebody waits for; read only."""
    waited = select(Attendance.event_id).where(Attendance.waits_for != "")
    recent = Event.starts_local > (now - ZONES).isoformat(timespec="minutes")
    over = Event.id.in_(waited.where(Attendance.offered_until <= now))
    events = session.scalars(select(Event).where(Event.id.in_(waited), or_(over, recent)).order_by(Event.id))
    return [event.id for event in events.all() if _has_work(session, event, now)]


def tend_event(session: Session, event_id: int, now: datetime) -> int:
    """Takes back offers whose time is over and offers whatever is free, however it became so; how many lapsed."""
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    attended = standing_attendance(event_id)
    lapsed = session.execute(select(attended).where(attended.c.offered_until <= now).order_by(attended.c.id)).all()
    for one in lapsed:
        # A seat in the other mode stays; who has none may come after all, and may ask again.
        reply = Reply.LAPSED.value if one.reply == Reply.WAITING else one.reply
        session.execute(update(Attendance).where(Attendance.id == one.id).values(OFF_THE_LIST | {"reply": reply}))
        if not facts.cancelled and now < facts.starts_at:
            values = {"event_id": event_id, "mode": one.waits_for}
            key = f"{one.id}:{one.offered_until.isoformat()}"
            tell(session, News(LAPSED, key, one.person_id, office_id=facts.office_id, values=values), now)
    # Of somebody who was merged into another the row does not stand: nobody is told of it.
    left = Attendance.event_id == event_id, Attendance.offered_until <= now
    session.execute(update(Attendance).where(*left).values(OFF_THE_LIST))
    offer_seats(session, event, facts, now)
    return len(lapsed)


def tend_waiting_lists(session: Session, now: datetime) -> int:
    """Tends every event that needs it; how many offers lapsed."""
    return sum(tend_event(session, event_id, now) for event_id in events_to_tend(session, now))


def _has_work(session: Session, event: Event, now: datetime) -> bool:
    over = Attendance.event_id == event.id, Attendance.offered_until <= now
    if session.scalar(select(Attendance.id).where(*over).limit(1)) is not None:
        return True
    facts = load_event(session, event.id)
    if facts.cancelled or now >= facts.starts_at:
        return False
    lines = {mode: line for mode in facts.modes if (line := line_of(session, event.id, mode))}
    room = rooms(session, event) if lines else {}
    return any(next_in_line(room[mode], line) for mode, line in lines.items())


def offer_to(session: Session, facts: EventFacts, attendance_id: int, until: datetime, now: datetime) -> None:
    """Keeps a place for somebody who waits, and tells them."""
    row = session.get_one(Attendance, attendance_id, populate_existing=True)
    session.execute(update(Attendance).where(Attendance.id == attendance_id).values(offered_until=until))
    values = {"event_id": facts.id, "mode": row.waits_for, "until": until.isoformat(), "count": row.companions + 1}
    # With since when they wait: who left the list and came back is told of the next offer too.
    since = row.waiting_since.isoformat() if row.waiting_since else ""
    news = News(
        OFFERED,
        f"{attendance_id}:{row.waits_for}:{since}:{until.isoformat()}",
        remaining(session, row.participant_id),
        office_id=facts.office_id,
        values=values,
    )
    tell(session, news, now)
