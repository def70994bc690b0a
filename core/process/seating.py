"""How somebody stands with an event: what they replied, their place in line, and what is left of the seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.people.merged import all_of
from core.process.events import EventFacts
from core.process.replies import MODES, Reply
from core.process.seats import Room
from core.process.standing import earliest, rooms, standing_attendance
from core.process.tables import Event

FEW = 10  # so many free places are told by their number


@dataclass(frozen=True)
class Stand:
    """One person's attendance as it stands; `place` in the line counts from 1, 0 for who is not in it."""

    reply: str = ""
    companions: int = 0
    substitute: str = ""
    needs: str = ""
    waits_for: str = ""
    offered_until: datetime | None = None
    place: int = 0
    came: str = ""  # in-person or online
    came_at: datetime | None = None


@dataclass(frozen=True)
class Desk:
    """What somebody finds at the door: how they stand, and the rooms by mode."""

    stand: Stand
    rooms: Mapping[str, Room]

    def is_full(self, mode: str) -> bool:
        """Whether who asks for this mode now would wait; not for who has a seat of it, or the offer of one."""
        if mode not in self.rooms or self.stand.reply == mode:
            return False
        return not self.rooms[mode].holds(1) and not (self.stand.waits_for == mode and self.stand.offered_until)


def desk_for(session: Session, event: EventFacts, participant_id: int) -> Desk:
    """For a participant who remains."""
    return Desk(how_stands(session, event.id, participant_id), rooms_of(session, event))


def rooms_of(session: Session, event: EventFacts) -> dict[str, Room]:
    """The rooms of the modes that an event is held in."""
    found = rooms(session, session.get_one(Event, event.id))
    return {mode: found[mode] for mode in event.modes}


def how_stands(session: Session, event_id: int, participant_id: int) -> Stand:
    found = session.execute(earliest(event_id, all_of(session, participant_id))).first()
    if found is None:
        return Stand()
    return Stand(
        reply=found.reply,
        companions=found.companions,
        substitute=found.substitute,
        needs=found.needs,
        waits_for=found.waits_for,
        offered_until=found.offered_until,
        came=found.came,
        came_at=found.came_at,
        place=place_in_line(session, event_id, found.id) if found.waits_for and not found.offered_until else 0,
    )


def place_in_line(session: Session, event_id: int, attendance_id: int) -> int:
    """Which one in line an attendance is, of those who wait for the same mode and have no seat offered."""
    attended = standing_attendance(event_id)
    mine = select(attended.c.waits_for, attended.c.waiting_since).where(attended.c.id == attendance_id)
    own = session.execute(mine).one()
    earlier = or_(
        attended.c.waiting_since < own.waiting_since,
        (attended.c.waiting_since == own.waiting_since) & (attended.c.id <= attendance_id),
    )
    line = (attended.c.waits_for == own.waits_for, attended.c.offered_until.is_(None))
    return session.scalar(select(func.count()).where(*line, earlier)) or 0


def registers_now(event: EventFacts, now: datetime) -> bool:
    """Whether a seat can be asked for, as far as the window of registration goes."""
    opens, closes = event.opens_at, event.closes_at
    return (opens is None or opens <= now) and (closes is None or now < closes)


def other_mode(event: EventFacts, mode: str) -> Reply | None:
    """The other mode of an event that is held in both."""
    return next((one for one in MODES if one != mode and one in event.modes), None)
