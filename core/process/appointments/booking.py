"""Appointments: chosen, moved, cancelled. Whoever is first has the slot: the event's row is held meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.people.merged import all_of
from core.people.store import remaining
from core.process.appointments.elsewhere import busy_elsewhere, hold_interviewer, is_free
from core.process.appointments.errors import (
    ChangesClosed,
    HeldAlready,
    NoAppointment,
    NotHeldYet,
    SlotOver,
    SlotTaken,
    SlotUnknown,
)
from core.process.appointments.interviewers import change_hours, renew_slots
from core.process.appointments.slots import a_day_before
from core.process.appointments.tables import Appointment, Slot
from core.process.appointments.who import HELD, NOT_HELD
from core.process.attendance import EventCalledOff
from core.process.events import EventFacts, load_event
from core.process.replies import Door
from core.process.waiting import lock_event
from core.process.who import person_who_may

CONFIRMED, MOVED, CANCELLED, REMINDER = (
    f"appointment-{name}" for name in ("confirmed", "moved", "cancelled", "reminder")
)
MARKS = (HELD, NOT_HELD)


@dataclass(frozen=True)
class Asking:
    """Whose appointment for which event is spoken of, and at which door; `invited` by what was sent to them."""

    event_id: int
    participant_id: int
    door: str
    invited: bool = False


def choose(session: Session, asking: Asking, slot_id: int, now: datetime) -> int:
    """Gives somebody a free slot in place of the one they had; the appointment's id.

    The same slot again changes nothing. Raises EventUnknown, EventCalledOff, SlotUnknown, SlotTaken, SlotOver,
    ChangesClosed, HeldAlready, NotInvited, ParticipantUnknown, PersonErased, all before anything is written.
    """
    facts, person = _opened(session, asking)
    if facts.cancelled:
        raise EventCalledOff
    slot = session.scalars(select(Slot).where(Slot.id == slot_id, Slot.event_id == facts.id)).one_or_none()
    if slot is None or slot.blocked:
        raise SlotUnknown
    before = standing(session, facts.id, person)
    if before is not None and before.slot_id == slot_id:
        return int(before.id)
    hold_interviewer(session, slot.interviewer_id)
    busy = busy_elsewhere(session, [slot.interviewer_id]).get(slot.interviewer_id, [])
    taken = select(Appointment.id).where(Appointment.slot_id == slot_id)
    if session.scalar(taken) is not None or not is_free(busy, slot.starts_at, slot.ends_at):
        raise SlotTaken
    if now >= slot.starts_at:
        raise SlotOver
    had_one = _is_had(before)
    if had_one:
        _check_change(session, asking, before, now)
    remind_at = a_day_before(slot.starts_at, facts.time_zone)
    values: dict[str, Any] = {"slot_id": slot_id, "door": asking.door, "at": now, "held": ""}
    values["remind_at"] = remind_at if remind_at > now else None
    if before is None:
        row = {"event_id": facts.id, "participant_id": person, "first_at": now, "sequence": 0, **values}
        appointment_id = session.execute(insert(Appointment).values(row).returning(Appointment.id)).scalar_one()
    else:
        appointment_id = before.id
        more = {"sequence": Appointment.sequence + 1, **values}
        session.execute(update(Appointment).where(Appointment.id == appointment_id).values(more))
    if had_one:
        _freed(session, before)
    _tell(session, MOVED if had_one else CONFIRMED, appointment_id, slot.starts_at, now)
    return int(appointment_id)


def cancel(session: Session, asking: Asking, now: datetime, appointment_id: int | None = None) -> None:
    """Gives an appointment's slot back; raises NoAppointment, ChangesClosed, HeldAlready and what `choose` does.

    Somebody who was merged may have several: `appointment_id` says which, else it is the one that stands.
    """
    facts, person = _opened(session, asking)
    before = standing(session, facts.id, person)
    if appointment_id is not None:
        before = _one_of(session, facts.id, person, appointment_id)
    if not _is_had(before):
        raise NoAppointment
    _check_change(session, asking, before, now)
    values = {"slot_id": None, "remind_at": None, "door": asking.door, "at": now, "sequence": Appointment.sequence + 1}
    session.execute(update(Appointment).where(Appointment.id == before.id).values(values))
    _tell(session, CANCELLED, before.id, before.starts_at, now)
    _freed(session, before)


def block(session: Session, event_id: int, slot_id: int, *, blocked: bool) -> None:
    """Takes a free slot out of the choice, or back into it; raises SlotUnknown, SlotTaken."""
    lock_event(session, event_id)
    mine = Slot.id == slot_id, Slot.event_id == event_id
    if session.scalar(select(Slot.id).where(*mine)) is None:
        raise SlotUnknown
    if session.scalar(select(Appointment.id).where(Appointment.slot_id == slot_id)) is not None:
        raise SlotTaken
    session.execute(update(Slot).where(*mine).values(blocked=blocked))


def mark_held(session: Session, event_id: int, appointment_id: int, held: str, now: datetime) -> None:
    """Notes whether an appointment was held ("" for not known); raises NoAppointment, NotHeldYet."""
    found = session.execute(
        select(Appointment.id, Slot.starts_at)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.id == appointment_id, Appointment.event_id == event_id)
    ).one_or_none()
    if found is None or held not in {"", *MARKS}:
        raise NoAppointment
    if now < found.starts_at:
        raise NotHeldYet
    session.execute(update(Appointment).where(Appointment.id == appointment_id).values(held=held))


def standing(session: Session, event_id: int, person: int) -> Any:
    """The appointment of somebody who remains: id, slot_id, starts_at, interviewer_id, held; None where there was none.

    Of people merged after both had chosen the earliest with a slot.
    """
    return session.execute(_all_of(session, event_id, person).limit(1)).one_or_none()


def _one_of(session: Session, event_id: int, person: int, appointment_id: int) -> Any:
    """A certain one of theirs; None where it is somebody else's."""
    return session.execute(_all_of(session, event_id, person).where(Appointment.id == appointment_id)).one_or_none()


def _all_of(session: Session, event_id: int, person: int) -> Any:
    return (
        select(Appointment.id, Appointment.slot_id, Appointment.held, Slot.starts_at, Slot.interviewer_id)
        .outerjoin(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.event_id == event_id, Appointment.participant_id.in_(all_of(session, person)))
        .order_by(Appointment.slot_id.is_(None), Appointment.held == NOT_HELD, Appointment.first_at, Appointment.id)
    )


def _is_had(one: Any) -> bool:
    """Whether it is an appointment still: who did not appear at one may choose another."""
    return one is not None and one.slot_id is not None and one.held != NOT_HELD


def changes_until(session: Session, event_id: int, starts_at: datetime) -> datetime:
    """Until when people can move or cancel an appointment themselves."""
    return starts_at - timedelta(hours=change_hours(session, event_id))


def free_all_of(session: Session, participant_ids: Sequence[int]) -> None:
    """Takes away every appointment of these participants, for their erasing: the slots that remain are free again."""
    mine = Appointment.participant_id.in_(participant_ids)
    held_by = select(Slot.interviewer_id).join(Appointment, Appointment.slot_id == Slot.id).where(mine).distinct()
    interviewers = session.scalars(held_by.order_by(Slot.interviewer_id)).all()
    session.execute(delete(Appointment).where(mine))
    for one in interviewers:
        renew_slots(session, one)


def _opened(session: Session, asking: Asking) -> tuple[EventFacts, int]:
    facts = load_event(session, asking.event_id)
    person = person_who_may(session, facts.office_id, asking.participant_id, invited=asking.invited)
    lock_event(session, facts.id)
    return facts, person


def _check_change(session: Session, asking: Asking, before: Any, now: datetime) -> None:
    """Staff may until it begins, people till some hours before."""
    if now >= before.starts_at:
        raise HeldAlready
    if asking.door != Door.STAFF and now >= changes_until(session, asking.event_id, before.starts_at):
        raise ChangesClosed(hours=change_hours(session, asking.event_id))


def _freed(session: Session, before: Any) -> None:
    """A slot that was kept only because somebody had it may not fit any more into when there is time."""
    renew_slots(session, before.interviewer_id)


def _tell(session: Session, kind: str, appointment_id: int, starts_at: datetime, now: datetime) -> None:
    row = session.get_one(Appointment, appointment_id, populate_existing=True)
    values = {
        "event_id": row.event_id, "appointment_id": row.id, "sequence": row.sequence, "slot": starts_at.isoformat(),
    }  # fmt: skip
    office = load_event(session, row.event_id).office_id
    person = remaining(session, row.participant_id)
    tell(session, News(kind, f"{row.id}:{row.sequence}", person, office_id=office, values=values), now)
