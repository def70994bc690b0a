"""Somebody registered at the door by mistake: nothing of it stays, until they are let in after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.merged import all_of
from core.people.tables import Membership
from core.process.door.tables import DoorAct
from core.process.events import EventFacts
from core.process.replies import Door
from core.process.tables import Attendance

SOURCE, WAY = "at the door", "walk-in"


def forget_walk_in(session: Session, event: EventFacts, person: int, now: datetime) -> None:
    """Takes away the place that the door gave them, and lets them leave the office that they joined by nothing else."""
    people = list(all_of(session, person))
    theirs = among(Attendance.participant_id, people)
    session.execute(
        delete(Attendance).where(Attendance.event_id == event.id, theirs, Attendance.door == Door.DOOR.value)
    )
    if session.scalar(select(exists().where(theirs))):
        return
    joined = _joined_here(event, people)
    session.execute(update(Membership).where(*joined, Membership.left_at.is_(None)).values(left_at=now))


def remember_walk_in(session: Session, event: EventFacts, person: int) -> None:
    """They are let in after all: whoever had left by being taken back belongs to the office again."""
    joined = _joined_here(event, list(all_of(session, person)))
    session.execute(update(Membership).where(*joined, Membership.left_at.is_not(None)).values(left_at=None))


def is_walk_in(known: DoorAct) -> bool:
    """Whether an act of the door is that of registering somebody: they need not be on the list any more."""
    return known.way == WAY


def _joined_here(event: EventFacts, people: list[int]) -> list[ColumnElement[bool]]:
    """The memberships that began in the moment in which this door registered them."""
    begun = select(DoorAct.received_at).where(
        DoorAct.event_id == event.id, DoorAct.way == WAY, DoorAct.participant_id == Membership.participant_id
    )
    return [
        Membership.office_id == event.office_id, among(Membership.participant_id, people),
        Membership.source == SOURCE, Membership.joined_at.in_(begun),
    ]  # fmt: skip
