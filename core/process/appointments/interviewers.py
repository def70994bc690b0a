"""Who holds appointments and when; slots follow from it, and those that somebody has stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.process.appointments.errors import InterviewerKnown, InterviewerWrong
from core.process.appointments.slots import Rhythm, Span, Window, make_slots, read_window, write_window
from core.process.appointments.tables import Appointment, Interviewer, Slot, SlotPlan
from core.process.appointments.who import tell_interviewer_changed
from core.process.tables import Event, Process
from core.process.waiting import lock_event

USUAL_HOURS = 24
LONGEST = 200


@dataclass(frozen=True)
class NewInterviewer:
    name: str
    minutes: int
    available: Sequence[Window]
    before: int = 0
    after: int = 0
    place: str = ""
    link: str = ""
    account_id: int | None = None

    def check(self) -> None:
        """Raises InterviewerWrong."""
        pauses = 0 <= self.before <= 240 and 0 <= self.after <= 240
        if not (0 < len(self.name) <= LONGEST and 5 <= self.minutes <= 480 and pauses):
            raise InterviewerWrong


def change_hours(session: Session, event_id: int) -> int:
    """How many hours before the start people can last move or cancel an appointment."""
    found = session.scalar(select(SlotPlan.change_hours).where(SlotPlan.event_id == event_id))
    return USUAL_HOURS if found is None else found


def set_change_hours(session: Session, event_id: int, hours: int) -> None:
    if session.get(SlotPlan, event_id) is None:
        session.execute(insert(SlotPlan).values(event_id=event_id, change_hours=hours))
    session.execute(update(SlotPlan).where(SlotPlan.event_id == event_id).values(change_hours=hours))


def set_interviewer(session: Session, event_id: int, new: NewInterviewer, interviewer_id: int | None = None) -> int:
    """Adds or changes somebody who holds appointments, with their slots; raises InterviewerWrong, InterviewerKnown."""
    new.check()
    lock_event(session, event_id)
    same = select(Interviewer.id).where(Interviewer.event_id == event_id, Interviewer.name == new.name)
    if session.scalar(same) not in {None, interviewer_id}:
        raise InterviewerKnown
    values = {
        "name": new.name, "account_id": new.account_id, "place": new.place, "link": new.link, "minutes": new.minutes,
        "before": new.before, "after": new.after, "available": [write_window(one) for one in new.available],
    }  # fmt: skip
    if interviewer_id is None:
        added = insert(Interviewer).values(event_id=event_id, **values).returning(Interviewer.id)
        interviewer_id = session.execute(added).scalar_one()
    else:
        mine = Interviewer.id == interviewer_id, Interviewer.event_id == event_id
        session.execute(update(Interviewer).where(*mine).values(values))
    renew_slots(session, interviewer_id)
    return int(interviewer_id)


def change_interviewer(
    session: Session, event_id: int, new: NewInterviewer, interviewer_id: int | None, now: datetime
) -> int:
    """As `set_interviewer`; where name, place or link became others, those with an appointment are told."""
    before = session.get(Interviewer, interviewer_id) if interviewer_id is not None else None
    shown = ("name", "place", "link")
    stood = [getattr(before, name) for name in shown] if before is not None else None
    kept = set_interviewer(session, event_id, new, interviewer_id)
    if stood is not None and stood != [getattr(new, name) for name in shown]:
        tell_interviewer_changed(session, event_id, kept, now)
    return kept


def keep_interviewers(session: Session, event_id: int, names: Collection[str]) -> None:
    """Takes the times of those away whose names are not among these, but for times that somebody has."""
    others = select(Interviewer.id).where(Interviewer.event_id == event_id, Interviewer.name.not_in(names))
    for interviewer_id in session.scalars(others).all():
        session.execute(update(Interviewer).where(Interviewer.id == interviewer_id).values(available=[]))
        renew_slots(session, interviewer_id)
        if session.scalar(select(Slot.id).where(Slot.interviewer_id == interviewer_id).limit(1)) is None:
            session.execute(delete(Interviewer).where(Interviewer.id == interviewer_id))


def renew_slots(session: Session, interviewer_id: int) -> None:
    """Brings the slots up to when somebody has time; those with an appointment, and blocked ones that remain, stay."""
    one = session.get_one(Interviewer, interviewer_id, populate_existing=True)
    zone = session.execute(
        select(Process.time_zone).join(Event, Event.process_id == Process.id).where(Event.id == one.event_id)
    ).scalar_one()
    mine = session.scalars(select(Slot).where(Slot.interviewer_id == interviewer_id)).all()
    booked = set(session.scalars(select(Appointment.slot_id).where(Appointment.slot_id.in_([s.id for s in mine]))))
    rhythm = Rhythm(one.minutes, one.before, one.after)
    taken = [Span(slot.starts_at, slot.ends_at) for slot in mine if slot.id in booked]
    wanted = make_slots([read_window(raw) for raw in one.available], rhythm, zone, taken)
    known = {(slot.starts_at, slot.ends_at): slot.id for slot in mine if slot.id not in booked}
    stale = known.keys() - {(span.starts_at, span.ends_at) for span in wanted}
    session.execute(delete(Slot).where(Slot.id.in_([known[one] for one in stale])))
    fresh = [_row(one, span) for span in wanted if (span.starts_at, span.ends_at) not in known]
    if fresh:
        session.execute(insert(Slot), fresh)


def _row(one: Interviewer, span: Span) -> dict[str, object]:
    times: dict[str, datetime] = {"starts_at": span.starts_at, "ends_at": span.ends_at}
    return {"event_id": one.event_id, "interviewer_id": one.id, "blocked": False, **times}
