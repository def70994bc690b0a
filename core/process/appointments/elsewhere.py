"""Interviewers who hold appointments of several events: a time that is taken in one is not free in another.

Two entries are one person where they sign in with the same account, in whichever offices, or, without accounts, where
one office calls them by the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from core.process.appointments.tables import Appointment, Interviewer, Slot
from core.process.tables import Event, Process


@dataclass(frozen=True)
class Busy:
    """When somebody is taken elsewhere, with the minutes they keep free around it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return starts_at < self.ends_at and self.starts_at < ends_at


def busy_elsewhere(session: Session, interviewer_ids: Iterable[int]) -> dict[int, list[Busy]]:
    """What these interviewers have in other events that take place, by interviewer."""
    mine, other, own, theirs = aliased(Interviewer), aliased(Interviewer), aliased(Process), aliased(Process)
    own_event, event = aliased(Event), aliased(Event)
    found = (
        select(mine.id, Slot.starts_at, Slot.ends_at, other.before, other.after)
        .join(own_event, own_event.id == mine.event_id)
        .join(own, own.id == own_event.process_id)
        .join(other, and_(other.event_id != mine.event_id, _is_same(mine, other)))
        .join(event, event.id == other.event_id)
        .join(theirs, theirs.id == event.process_id)
        .join(Slot, Slot.interviewer_id == other.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(mine.id.in_(list(interviewer_ids)), event.cancelled.is_(False))
        .where(or_(theirs.office_id == own.office_id, mine.account_id == other.account_id))
    )
    busy: dict[int, list[Busy]] = {}
    for row in session.execute(found):
        before, after = timedelta(minutes=row.before), timedelta(minutes=row.after)
        busy.setdefault(row.id, []).append(Busy(row.starts_at - before, row.ends_at + after))
    return busy


def is_free(busy: Sequence[Busy], starts_at: datetime, ends_at: datetime) -> bool:
    return not any(one.overlaps(starts_at, ends_at) for one in busy)


def hold_interviewer(session: Session, interviewer_id: int) -> None:
    """Keeps the entries of one person, in whichever events, till the end of the transaction, in one order."""
    mine = aliased(Interviewer)
    same = select(Interviewer.id).join(mine, or_(mine.id == Interviewer.id, _is_same(mine, Interviewer)))
    ids = session.scalars(same.where(mine.id == interviewer_id).order_by(Interviewer.id)).all()
    session.execute(select(Interviewer.id).where(Interviewer.id.in_(ids)).order_by(Interviewer.id).with_for_update())


def _is_same(mine: type[Interviewer], other: type[Interviewer]) -> ColumnElement[bool]:
    by_account = and_(mine.account_id.is_not(None), mine.account_id == other.account_id)
    nameless = or_(mine.account_id.is_(None), other.account_id.is_(None))
    return or_(by_account, and_(nameless, mine.name == other.name))
