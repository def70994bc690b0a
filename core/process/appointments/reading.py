"""What there is to read of appointments: the free slots, somebody's own, an interviewer's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.i18n import Translator
from core.people.store import remaining
from core.people.tables import Membership, Participant
from core.process.appointments.booking import standing
from core.process.appointments.elsewhere import busy_elsewhere, is_free
from core.process.appointments.tables import Appointment, Interviewer, Slot
from core.process.appointments.who import NOT_HELD
from core.process.tables import Event, Process


@dataclass(frozen=True)
class SlotView:
    """A slot with who holds it and, for staff, who has it; times on the wall clock of the process."""

    id: int
    interviewer_id: int
    interviewer: str
    starts: datetime
    ends: datetime
    starts_at: datetime
    place: str = ""
    link: str = ""
    blocked: bool = False
    appointment_id: int | None = None
    participant_id: int | None = None
    name: str = ""
    held: str = ""

    @property
    def day(self) -> date:
        return self.starts.date()


def wheres(slots: Sequence[SlotView], t: Translator) -> list[str]:
    """Where they are held, told before somebody chooses: a place, online or both; of several interviewers by name."""
    online = t("online")
    known = {one.interviewer: " · ".join(filter(None, (one.place, online if one.link else ""))) for one in slots}
    told = [(name, where) for name, where in sorted(known.items()) if where]
    return [where if len(known) == 1 else f"{name}: {where}" for name, where in told]


@dataclass(frozen=True)
class AppointmentFacts:
    """An appointment as calendars and messages need it; `starts` and `ends` on the process's wall clock."""

    id: int
    event_id: int
    participant_id: int
    title: dict[str, str]
    interviewer: str
    starts_at: datetime
    ends_at: datetime
    starts: datetime
    ends: datetime
    time_zone: str
    place: str
    link: str
    sequence: int
    changed_at: datetime


def free_slots(session: Session, event_id: int, now: datetime) -> list[SlotView]:
    """What can be chosen now, in order."""
    chosen = _SLOTS.where(Slot.event_id == event_id, Slot.starts_at > now)
    free = chosen.where(Slot.blocked.is_(False), Appointment.id.is_(None))
    rows = session.execute(free).all()
    busy = busy_elsewhere(session, {row.interviewer_id for row in rows})
    return [_slot(row) for row in rows if is_free(busy.get(row.interviewer_id, []), row.starts_at, row.ends_at)]


def all_slots(session: Session, event_id: int, interviewer_id: int | None = None) -> list[SlotView]:
    """Every slot of an event or of one interviewer, with who has it, in order."""
    member = and_(Membership.participant_id == Appointment.participant_id, Membership.office_id == Process.office_id)
    found = _SLOTS.add_columns(Appointment.participant_id, Appointment.held, Membership.name, Membership.reference)
    found = found.outerjoin(Membership, member).where(Slot.event_id == event_id)
    if interviewer_id is not None:
        found = found.where(Slot.interviewer_id == interviewer_id)
    return [_slot(row) for row in session.execute(found)]


def interviewers(session: Session, event_id: int) -> Sequence[Interviewer]:
    found = select(Interviewer).where(Interviewer.event_id == event_id).order_by(Interviewer.name)
    return session.scalars(found).all()


def appointment_of(session: Session, participant_id: int, event_id: int | None = None) -> AppointmentFacts | None:
    """The appointment somebody has for an event, else the next one of all of theirs; None where they have none.

    One at which they did not appear is none any more: they may choose another time.
    """
    person = remaining(session, participant_id)
    mine = select(Appointment.event_id, Slot.starts_at).join(Slot, Slot.id == Appointment.slot_id)
    mine = mine.join(Participant, Participant.id == Appointment.participant_id).order_by(Slot.starts_at)
    events = [event_id] if event_id is not None else [row.event_id for row in session.execute(
        mine.where((Participant.id == person) | (Participant.merged_into == person)))]  # fmt: skip
    for one in events:
        found = standing(session, one, person)
        if found is not None and found.slot_id is not None and found.held != NOT_HELD:
            return load_appointment(session, found.id)
    return None


def load_appointment(session: Session, appointment_id: int) -> AppointmentFacts | None:
    """None for one that was cancelled."""
    row = session.execute(
        select(Appointment, Slot, Interviewer, Event, Process.time_zone)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(Interviewer, Interviewer.id == Slot.interviewer_id)
        .join(Event, Event.id == Appointment.event_id)
        .join(Process, Process.id == Event.process_id)
        .where(Appointment.id == appointment_id),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        return None
    appointment, slot, interviewer, event, zone = row
    return AppointmentFacts(
        id=appointment.id,
        event_id=event.id,
        participant_id=appointment.participant_id,
        title=event.title,
        interviewer=interviewer.name,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        starts=_local(slot.starts_at, zone),
        ends=_local(slot.ends_at, zone),
        time_zone=zone,
        place=interviewer.place or event.place,
        link=interviewer.link or event.link,
        sequence=appointment.sequence,
        changed_at=appointment.at,
    )


_SLOTS = (
    select(
        Slot.id, Slot.interviewer_id, Slot.starts_at, Slot.ends_at, Slot.blocked, Interviewer.name.label("interviewer"),
        Interviewer.place, Interviewer.link, Process.time_zone, Appointment.id.label("appointment_id"),
    )
    .join(Interviewer, Interviewer.id == Slot.interviewer_id)
    .join(Event, Event.id == Slot.event_id)
    .join(Process, Process.id == Event.process_id)
    .outerjoin(Appointment, Appointment.slot_id == Slot.id)
    .order_by(Slot.starts_at, Interviewer.name, Slot.id)
)  # fmt: skip


def _slot(row: Any) -> SlotView:
    known = row._mapping
    return SlotView(
        id=row.id,
        interviewer_id=row.interviewer_id,
        interviewer=row.interviewer,
        starts=_local(row.starts_at, row.time_zone),
        ends=_local(row.ends_at, row.time_zone),
        starts_at=row.starts_at,
        place=row.place,
        link=row.link,
        blocked=row.blocked,
        appointment_id=row.appointment_id,
        participant_id=known.get("participant_id"),
        name=known.get("name") or known.get("reference") or "",
        held=known.get("held") or "",
    )


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
