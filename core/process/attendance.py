"""Who comes: one reply a person and event, whichever door it came through.

A first reply is taken until the event begins; whoever has replied may change it until the event ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, delete, func, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.errors import Problem
from core.i18n import N_
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.merged import MERGED, all_of, person_of
from core.people.store import membership, remaining
from core.people.tables import Participant
from core.process.events import EventFacts, load_event
from core.process.replies import Door
from core.process.tables import Attendance, Event


class EventCalledOff(Problem):
    text = N_("This event does not take place, so there is nothing to reply to any more. Thank you all the same.")
    status = 410


class EventOver(Problem):
    text = N_("This event is over: replies are not taken any more.")
    status = 410


class EventBegun(Problem):
    text = N_("This event has already begun: it is too late for a reply. Please write to the office.")
    status = 409


class ReplyNotOffered(Problem):
    text = N_("This event cannot be taken part in that way. Please choose one of the replies that are offered.")
    status = 409


class NotInvited(Problem):
    text = N_("This event belongs to an office that does not know you, so your reply cannot be kept.")
    status = 403


@dataclass(frozen=True)
class Given:
    """A reply as it came in; `invited` when it came by what was sent to this person (a signed link or address)."""

    event_id: int
    participant_id: int
    reply: str
    door: str
    invited: bool = False


@dataclass(frozen=True)
class Kept:
    """What became of a reply: the row, what was there before ("" for nothing), what is there now."""

    attendance_id: int
    before: str
    reply: str
    door_before: str = ""

    @property
    def changed(self) -> bool:
        return self.before != self.reply


def reply(session: Session, given: Given, now: datetime) -> Kept:
    """Keeps what somebody replied, in the caller's transaction; the same reply again changes nothing.

    Raises EventUnknown, EventCalledOff, EventOver, EventBegun, ReplyNotOffered, NotInvited, ParticipantUnknown,
    PersonErased, all before anything is written.
    """
    event = load_event(session, given.event_id)
    person = _person(session, event, given)
    _check_open(event, given, now)
    before = _locked(session, event.id, person)
    if before is None:
        if now >= event.starts_at and given.door != Door.STAFF:
            raise EventBegun
        if (added := _add(session, given, person, now)) is not None:
            return Kept(added, "", given.reply)
        before = _locked(session, event.id, person)  # another door was a moment quicker
        assert before is not None
    kept = Kept(before.id, before.reply, given.reply, before.door)
    if kept.changed:
        session.execute(
            update(Attendance)
            .where(Attendance.id == kept.attendance_id)
            .values(reply=given.reply, door=given.door, at=now, changes=Attendance.changes + 1)
        )
    return kept


def standing_reply(session: Session, event_id: int, participant_id: int) -> str:
    """What somebody who remains has replied, "" for nothing."""
    found = session.execute(_earliest(event_id, all_of(session, participant_id))).first()
    return found.reply if found is not None else ""


def standing_attendance(event: int | ColumnElement[bool]) -> Subquery:
    """The replies that count, (id, event_id, person_id, reply, door, at, changes), `person_id` who remains.

    `event` is an id, or a condition on Attendance. Of people who were merged the earliest row stands.
    """
    person = person_of(Attendance.participant_id)
    place = func.row_number().over(
        partition_by=(Attendance.event_id, person), order_by=(Attendance.first_at, Attendance.id)
    )
    names = (Attendance.reply, Attendance.door, Attendance.at, Attendance.changes)
    rows = (
        select(Attendance.id, Attendance.event_id, person.label("person_id"), *names, place.label("place"))
        .outerjoin(MERGED, MERGED.c.id == Attendance.participant_id)
        .where(Attendance.event_id == event if isinstance(event, int) else event)
        .subquery("every_attendance")
    )
    kept = [column for column in rows.c if column.name != "place"]
    return select(*kept).where(rows.c.place == 1).subquery("attended")


def export_attendance(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these participants replied to which events, JSON-able, oldest first."""
    mine = (
        select(Attendance, Event)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.participant_id.in_(participant_ids))
        .order_by(Attendance.first_at, Attendance.id)
    )
    return [
        {
            "event": event.title,
            "starts": event.starts_local,
            "reply": one.reply,
            "door": one.door,
            "first_at": one.first_at.isoformat(),
            "at": one.at.isoformat(),
            "changes": one.changes,
        }
        for one, event in session.execute(mine)
    ]


def erase_attendance(session: Session, participant_ids: Sequence[int]) -> None:
    """Takes away every reply of these participants."""
    session.execute(delete(Attendance).where(Attendance.participant_id.in_(participant_ids)))


def _person(session: Session, event: EventFacts, given: Given) -> int:
    person = remaining(session, given.participant_id)
    known = session.execute(select(Participant.erased_at).where(Participant.id == person)).one_or_none()
    if known is None:
        raise ParticipantUnknown
    if known.erased_at is not None:
        raise PersonErased
    if not given.invited and membership(session, event.office_id, person) is None:
        raise NotInvited
    return person


def _check_open(event: EventFacts, given: Given, now: datetime) -> None:
    if event.cancelled:
        raise EventCalledOff
    if now >= event.ends_at:
        raise EventOver
    if given.reply not in event.replies:
        raise ReplyNotOffered


def _earliest(event_id: int, participant_ids: Sequence[int]) -> Any:
    return (
        select(Attendance.id, Attendance.reply, Attendance.door)
        .where(Attendance.event_id == event_id, Attendance.participant_id.in_(participant_ids))
        .order_by(Attendance.first_at, Attendance.id)
        .limit(1)
    )


def _locked(session: Session, event_id: int, person: int) -> Any:
    return session.execute(_earliest(event_id, all_of(session, person)).with_for_update()).first()


def _add(session: Session, given: Given, person: int, now: datetime) -> int | None:
    """The new row's id; None where there is one already."""
    row = {"event_id": given.event_id, "participant_id": person, "reply": given.reply, "door": given.door}
    row |= {"first_at": now, "at": now, "changes": 0}
    adding = insert_into(session, Attendance).values(row).on_conflict_do_nothing().returning(Attendance.id)
    found: int | None = session.scalar(adding)
    return found
