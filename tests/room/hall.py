"""A room that is open, and who is in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from core.database.database import Database
from core.ids import CountedIds
from core.process.attendance import Given, reply
from core.process.room.asking import Voice, ask, vote
from core.process.room.board import Asked, shown_questions
from core.process.room.rooms import RoomFacts, load_room, set_room
from core.process.room.themes import ThemeFacts, WantedTheme, load_themes, save_plan, save_themes
from tests.events.scene import STARTS, add_event
from tests.responses.scene import Scene

DURING = STARTS + timedelta(minutes=30)


def open_room(scene: Scene, *, moderated: bool = False, **values: Any) -> RoomFacts:
    event = add_event(scene, **values)
    return scene.database.write(lambda s: set_room(s, event, CountedIds(), is_open=True, moderated=moderated))


def put(database: Database, room: RoomFacts, voice: Voice, text: str, now: datetime = DURING) -> int:
    def work(session: Any) -> int:
        return ask(session, load_room(session, room.event.id), voice, (text, "en"), now)

    return database.write(work)


def cast(database: Database, room: RoomFacts, voice: Voice, question: int, now: datetime = DURING) -> bool:
    return database.write(lambda s: vote(s, load_room(s, room.event.id), voice, question, now))


def listed(database: Database, room: RoomFacts) -> list[Asked]:
    return database.read(lambda s: shown_questions(s, room.event.id))


def set_tables(scene: Scene, event: int, *sizes: tuple[str, int, int]) -> list[ThemeFacts]:
    """Themes by title, number of tables and seats at each."""

    def work(session: Any) -> list[ThemeFacts]:
        save_plan(session, event, [{"value": "green", "label": "Environment"}], wishes_open=True)
        save_themes(session, event, [WantedTheme(0, {"en": title}, tables, seats) for title, tables, seats in sizes])
        return load_themes(session, event)

    return scene.database.write(work)


def comes(scene: Scene, event: int, **known: Any) -> int:
    person = scene.participant(**{"language": "en", **known})
    scene.database.write(lambda s: reply(s, Given(event, person, "in-person", "web"), scene.now))
    return person
