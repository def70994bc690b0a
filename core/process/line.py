"""What staff do with a waiting list: offer a place, move somebody to its front, take somebody off."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.people.merged import all_of
from core.process.attendance import stop_waiting
from core.process.events import load_event
from core.process.seats import offer_ends
from core.process.standing import earliest
from core.process.tables import Attendance
from core.process.waiting import lock_event, offer_seats, offer_to


class NotWaiting(Problem):
    text = N_("This person is not on the waiting list any more, or a place is offered to them already.")
    status = 409


class TooLateToOffer(Problem):
    text = N_("This event has begun or does not take place: no place can be offered any more.")
    status = 409


def offer_place(session: Session, event_id: int, participant_id: int, now: datetime) -> int:
    """Offers a place at once, also where all are taken; the attendance's id. Raises NotWaiting, TooLateToOffer."""
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    attendance_id = _waiting(session, event_id, participant_id)
    until = offer_ends(now, event.offer_hours, facts.starts_at)
    if facts.cancelled or until <= now:
        raise TooLateToOffer
    offer_to(session, facts, attendance_id, until, now)
    return attendance_id


def move_up(session: Session, event_id: int, participant_id: int, now: datetime) -> int:
    """Makes somebody the next one in line; the attendance's id. Raises NotWaiting."""
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    attendance_id = _waiting(session, event_id, participant_id)
    mode = select(Attendance.waits_for).where(Attendance.id == attendance_id).scalar_subquery()
    first = session.scalar(
        select(func.min(Attendance.waiting_since)).where(Attendance.event_id == event_id, Attendance.waits_for == mode)
    )
    assert first is not None
    before = first - timedelta(microseconds=1)
    session.execute(update(Attendance).where(Attendance.id == attendance_id).values(waiting_since=before))
    offer_seats(session, event, facts, now)
    return attendance_id


def take_off(session: Session, event_id: int, participant_id: int, now: datetime) -> int:
    """Takes somebody off the list, also with an offer in hand; the attendance's id. Raises NotWaiting."""
    found = session.execute(earliest(event_id, all_of(session, participant_id))).first()
    if found is None or not stop_waiting(session, event_id, participant_id, now):
        raise NotWaiting
    return int(found.id)


def _waiting(session: Session, event_id: int, participant_id: int) -> int:
    found = session.execute(earliest(event_id, all_of(session, participant_id))).first()
    if found is None or not found.waits_for or found.offered_until is not None:
        raise NotWaiting
    return int(found.id)
