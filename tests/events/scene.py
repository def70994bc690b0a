"""An event that people are invited to, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from core.database.database import Database
from core.process.attendance import Given, Kept, reply
from core.process.tables import Attendance, Event
from tests.responses.scene import Scene

STARTS = datetime(2023, 7, 20, 8, 0, tzinfo=UTC)  # ten o'clock in Turin
ENDS = datetime(2023, 7, 20, 11, 0, tzinfo=UTC)


def add_event(scene: Scene, slug: str = "launch", **values: Any) -> int:
    """An event in the hall and online, from ten to one o'clock on 20 July."""
    usual: dict[str, Any] = {
        "kind": "event", "title": {"it": "Incontro di lancio", "en": "Launch event"}, "summary": {},
        "starts_local": "2023-07-20T10:00", "ends_local": "2023-07-20T13:00", "place": "Torino", "online": True,
    }  # fmt: skip
    return scene.insert(Event, slug=slug, **{"process_id": scene.process_id, **usual, **values})


def say(database: Database, given: Given, now: datetime) -> Kept:
    return database.write(lambda session: reply(session, given, now))


def came(scene: Scene, event_id: int, *people: int, mode: str = "in-person") -> None:
    """Notes that these people came."""
    mine = Attendance.event_id == event_id, Attendance.participant_id.in_(people)
    scene.database.write(lambda s: s.execute(update(Attendance).where(*mine).values(came=mode, came_at=ENDS)))


def rows(database: Database) -> Sequence[Attendance]:
    statement = select(Attendance).order_by(Attendance.id)
    return database.read(lambda session: session.scalars(statement).all())


def replies(database: Database) -> dict[int, tuple[str, str, int]]:
    """What is kept, by participant: reply, door, changes."""
    return {one.participant_id: (one.reply, one.door, one.changes) for one in rows(database)}
