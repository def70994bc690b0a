"""Who has an appointment, whose was held, and telling those who have one that something about it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from core.database.many import among
from core.notices import News, tell
from core.people.merged import MERGED, person_of, roots_of
from core.people.store import remaining
from core.process.appointments.tables import Appointment, Interviewer, Slot
from core.process.tables import Event, Process

CHANGED = "appointment-changed"
HELD, NOT_HELD = "held", "not-held"


def who_is_booked(event: int | ColumnElement[int]) -> Select[tuple[int]]:
    """The people with an appointment, to come or past; one at which they did not appear is none."""
    return _people(event, Appointment.slot_id.is_not(None), Appointment.held != NOT_HELD)


def who_was_met(event: int | ColumnElement[int]) -> Select[tuple[int]]:
    """The people whose appointment was held."""
    return _people(event, Appointment.held == HELD)


def booked_among(session: Session, event_id: int, participant_ids: Iterable[int]) -> set[int]:
    """Who of these people, who remain, has an appointment."""
    roots = roots_of(session, participant_ids)
    found = select(Appointment.participant_id).where(
        Appointment.event_id == event_id, Appointment.slot_id.is_not(None), Appointment.held != NOT_HELD,
        among(Appointment.participant_id, list(roots)),
    )  # fmt: skip
    return {roots[one] for one in session.scalars(found)}


def is_marked(session: Session, event_id: int) -> bool:
    """Whether it was noted of any appointment whether it was held."""
    marked = select(Appointment.id).where(Appointment.event_id == event_id, Appointment.held != "")
    return session.scalar(marked.limit(1)) is not None


def tell_event_changed(session: Session, event_id: int, changed: Set[str], now: datetime) -> None:
    """Tells those with an appointment what concerns them: that it takes place after all, its title, where it is held.

    An interviewer's own place or link goes before the event's.
    """
    if changed & {"cancelled", "title"}:
        _tell(session, event_id, now)
        return
    own = {"place": Interviewer.place, "link": Interviewer.link}
    without = [own[name] == "" for name in own if name in changed]
    if without:
        _tell(session, event_id, now, or_(*without))


def tell_interviewer_changed(session: Session, event_id: int, interviewer_id: int, now: datetime) -> None:
    _tell(session, event_id, now, Interviewer.id == interviewer_id)


def _tell(session: Session, event_id: int, now: datetime, *conditions: ColumnElement[bool]) -> None:
    found = (
        select(Appointment.id, Appointment.participant_id, Appointment.sequence, Slot.starts_at, Process.office_id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(Interviewer, Interviewer.id == Slot.interviewer_id)
        .join(Event, Event.id == Appointment.event_id)
        .join(Process, Process.id == Event.process_id)
        .where(Appointment.event_id == event_id, Slot.starts_at > now, *conditions)
        .order_by(Appointment.id)
    )
    for row in session.execute(found).all():
        sequence = row.sequence + 1
        values = {"event_id": event_id, "appointment_id": row.id, "sequence": sequence}
        session.execute(update(Appointment).where(Appointment.id == row.id).values(sequence=sequence, at=now))
        told = {**values, "slot": row.starts_at.isoformat()}
        person = remaining(session, row.participant_id)
        tell(session, News(CHANGED, f"{row.id}:{sequence}", person, office_id=row.office_id, values=told), now)


def _people(event: int | ColumnElement[int], *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return (
        select(person_of(Appointment.participant_id))
        .select_from(Appointment)
        .outerjoin(MERGED, MERGED.c.id == Appointment.participant_id)
        .where(Appointment.event_id == event, *conditions)
    )
