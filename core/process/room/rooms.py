"""Rooms: opened and closed by staff, found by their code, and in use from an hour before the event to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from core.ids import Ids
from core.people.merged import all_of
from core.people.tables import Membership
from core.process.events import EventFacts, load_event
from core.process.replies import Reply
from core.process.room.errors import RoomUnknown
from core.process.room.tables import Room
from core.process.tables import Attendance, Event, Process

BEFORE = timedelta(hours=1)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # those that are not taken for one another
CODE_LENGTH = 6


@dataclass(frozen=True)
class RoomFacts:
    """An event's room as it stands; `code` is "" before staff have opened it for the first time."""

    event: EventFacts
    code: str = ""
    open: bool = False
    moderated: bool = True
    version: int = 0

    def takes_questions(self, now: datetime) -> bool:
        event = self.event
        return self.open and not event.cancelled and event.starts_at - BEFORE <= now < event.ends_at


def load_room(session: Session, event_id: int) -> RoomFacts:
    """Raises EventUnknown."""
    return _facts(session, session.get(Room, event_id), event_id)


def find_room(session: Session, code: str) -> RoomFacts:
    """By its code, however it was typed; raises RoomUnknown."""
    typed = code.strip().lower()
    known = session.scalars(select(Room).where(Room.code == typed)) if set(typed) <= set(LETTERS) else None
    row = known.one_or_none() if known is not None else None
    if row is None:
        raise RoomUnknown
    return _facts(session, row, row.event_id)


def set_room(session: Session, event_id: int, ids: Ids, *, is_open: bool, moderated: bool) -> RoomFacts:
    """Opens or closes a room; its code is made at the first time and stays."""
    if session.get(Room, event_id) is None:
        row = {"event_id": event_id, "code": _free_code(session, ids), "open": is_open, "moderated": moderated}
        session.execute(insert(Room).values(**row, version=1))
    else:
        change = update(Room).where(Room.event_id == event_id)
        session.execute(change.values(open=is_open, moderated=moderated, version=Room.version + 1))
    session.expire_all()
    return load_room(session, event_id)


def touch(session: Session, event_id: int) -> None:
    """Notes that something in the room has changed: whoever shows it looks again."""
    session.execute(update(Room).where(Room.event_id == event_id).values(version=Room.version + 1))


def rooms_for(session: Session, participant_id: int, now: datetime) -> list[RoomFacts]:
    """Rooms that take questions now, of events that concern somebody who remains.

    Those of their offices; of a restricted meeting only for who has a place.
    """
    mine = all_of(session, participant_id)
    offices = select(Membership.office_id).where(Membership.participant_id.in_(mine), Membership.left_at.is_(None))
    has_place = Attendance.reply.in_((Reply.IN_PERSON, Reply.ONLINE))
    replied = select(Attendance.event_id).where(Attendance.participant_id.in_(mine), has_place)
    statement = (
        select(Room)
        .join(Event, Event.id == Room.event_id)
        .join(Process, Process.id == Event.process_id)
        .where(Room.open, or_(Event.id.in_(replied), Process.office_id.in_(offices) & ~Event.invited_only))
        .order_by(Event.starts_local, Event.id)
    )
    found = (_facts(session, row, row.event_id) for row in session.scalars(statement).all())
    return [one for one in found if one.takes_questions(now)]


def _facts(session: Session, row: Room | None, event_id: int) -> RoomFacts:
    event = load_event(session, event_id)
    return RoomFacts(event) if row is None else RoomFacts(event, row.code, row.open, row.moderated, row.version)


def _free_code(session: Session, ids: Ids) -> str:
    while True:
        digest = sha256(ids.token().encode()).digest()
        code = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:CODE_LENGTH])
        if session.scalar(select(Room.event_id).where(Room.code == code)) is None:
            return code
