"""Somebody registered at the door by mistake: their place goes, and the membership that began with it ends.

What they told, their consent and what was done stay, so that they can be let in after all; erasing takes them away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.merged import all_of
from core.people.self_joined import DOOR_SOURCE
from core.people.tables import Consent, Membership
from core.process.appointments.tables import Appointment
from core.process.door.consenting import HOW
from core.process.door.settling import Kind
from core.process.door.tables import DoorAct
from core.process.events import EventFacts
from core.process.replies import Door
from core.process.tables import Attendance
from core.process.waiting import lock_event, offer_seats

SOURCE, WAY = DOOR_SOURCE, "walk-in"

Traces = Sequence[Callable[[Session, Sequence[int], int], bool]]  # of these participants, in this office


def forget_walk_in(session: Session, event: EventFacts, person: int, now: datetime, others: Traces = ()) -> None:
    """Takes away the place that the door gave them, and lets them leave the office that they joined by nothing else.

    The event is locked (`lock_event`): the place that becomes free is offered.
    """
    people = list(all_of(session, person))
    theirs = among(Attendance.participant_id, people)
    session.execute(
        delete(Attendance).where(Attendance.event_id == event.id, theirs, Attendance.door == Door.DOOR.value)
    )
    offer_seats(session, lock_event(session, event.id), event, now)
    if _is_known_otherwise(session, event.office_id, people) or any(
        one(session, people, event.office_id) for one in others
    ):
        return
    joined = _joined_here(event, people)
    session.execute(update(Membership).where(*joined, Membership.left_at.is_(None)).values(left_at=now))


def remember_walk_in(session: Session, event: EventFacts, person: int) -> None:
    """They are let in after all: whoever had left by being taken back, and not by their own wish, belongs again."""
    people = list(all_of(session, person))
    taken_back = select(DoorAct.received_at).where(
        DoorAct.event_id == event.id, DoorAct.kind == Kind.OUT, among(DoorAct.participant_id, people)
    )
    joined = _joined_here(event, people)
    session.execute(update(Membership).where(*joined, Membership.left_at.in_(taken_back)).values(left_at=None))


def is_walk_in(known: DoorAct) -> bool:
    """Whether an act of the door is that of registering somebody: they need not be on the list any more."""
    return known.way == WAY


def was_registered(session: Session, event_id: int, person: int) -> bool:
    """Whether somebody who remains was registered at this door, also where they were taken back since."""
    theirs = among(DoorAct.participant_id, list(all_of(session, person)))
    return bool(session.scalar(select(exists().where(DoorAct.event_id == event_id, DoorAct.way == WAY, theirs))))


def _is_known_otherwise(session: Session, office_id: int, people: list[int]) -> bool:
    """By a reply to another event, a time of their own, or a consent that they gave afterwards and not at a door."""
    first = select(func.min(DoorAct.received_at)).where(DoorAct.way == WAY, among(DoorAct.participant_id, people))
    agreed = (
        Consent.office_id == office_id, among(Consent.participant_id, people), Consent.granted.is_(True),
        Consent.source.not_in(HOW.values()), Consent.stated_at > first.scalar_subquery(),
    )  # fmt: skip
    traces = among(Attendance.participant_id, people), among(Appointment.participant_id, people)
    found = exists().where(*agreed), *(exists().where(one) for one in traces)
    return any(session.scalar(select(one)) for one in found)


def _joined_here(event: EventFacts, people: list[int]) -> list[ColumnElement[bool]]:
    """The memberships that began in the moment in which this door registered them."""
    begun = select(DoorAct.received_at).where(
        DoorAct.event_id == event.id, DoorAct.way == WAY, DoorAct.participant_id == Membership.participant_id
    )
    return [
        Membership.office_id == event.office_id, among(Membership.participant_id, people),
        Membership.source == SOURCE, Membership.joined_at.in_(begun),
    ]  # fmt: skip
