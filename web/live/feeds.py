"""What happens in a room, told to every page that shows it: server-sent events out of one look a second.

A room has one watcher in each process while somebody looks on. It asks for the room's version, which every change
counts up in the transaction that makes it, and reads the rest only when that has moved; so a hall that votes is
told in steps, and what another process took in arrives as well. A page that comes late, or comes back, gets all
that stands.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database.database import Database
from core.errors import Problem
from core.process.room.board import shown_questions
from core.process.room.rooms import RoomFacts, load_room
from core.process.room.tables import Room

EVERY = 1.0  # seconds between two looks
SLOWEST = 8  # times as long, while the same fault lasts; it is logged once
ANYHOW = 15  # looks after which everything is read again: a room also opens and ends by the clock
STILL_HERE = 15.0  # seconds after which a line without meaning keeps the connection open
MOST_LOOKING = 3000  # pages that one process tells; further ones are shown without

log = structlog.get_logger()

Source = Callable[[Session, RoomFacts, bool], Mapping[str, Any]]
Told = tuple[Hashable, Mapping[str, str]]
Look = Callable[[Hashable, Session], Told]
"""From what was known last time to what moves with every change and, where it has moved, the data of each event."""


def questions_now(session: Session, room: RoomFacts, is_open: bool) -> Mapping[str, Any]:
    """What everybody in the room may see of the questions."""
    found = shown_questions(session, room.event.id)
    asked = [
        {"id": one.id, "text": one.text, "language": one.language, "votes": one.votes, "answering": one.answering}
        for one in found
    ]
    return {"open": is_open, "questions": asked}


SOURCES: Mapping[str, Source] = {"questions": questions_now}
"""Each type of event with what makes its data."""


@dataclass(eq=False)
class _Watched:
    told: dict[str, str] = field(default_factory=dict)  # the data of each type of event as it stands
    lookers: set[asyncio.Event] = field(default_factory=set)
    task: asyncio.Task[None] | None = None


class Feeds:
    """The rooms and polls that are looked at in this process."""

    def __init__(self, database: Database, clock: Clock, sources: Mapping[str, Source] = SOURCES) -> None:
        self._database, self._clock, self._sources = database, clock, sources
        self._rooms: dict[Hashable, _Watched] = {}

    @property
    def is_full(self) -> bool:
        return sum(len(one.lookers) for one in self._rooms.values()) >= MOST_LOOKING

    def follow(self, event_id: int) -> AsyncIterator[str]:
        """The lines of a stream about a room's questions."""
        return self.follow_any(event_id, partial(self._look, event_id))

    async def follow_any(self, key: Hashable, look: Look) -> AsyncIterator[str]:
        """The lines of a page's stream, for as long as it is read; pages with one key share one look a second."""
        room, news, seen = self._rooms.setdefault(key, _Watched()), asyncio.Event(), dict[str, str]()
        room.lookers.add(news)
        if room.task is None:
            room.task = asyncio.create_task(self._watch(key, look, room))
        try:
            yield "retry: 3000\n\n"
            while True:
                for kind, data in room.told.items():
                    if seen.get(kind) != data:
                        seen[kind] = data
                        yield f"event: {kind}\ndata: {data}\n\n"
                news.clear()
                if seen != room.told:
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), STILL_HERE)
                if not news.is_set():
                    yield ":\n\n"
        finally:
            room.lookers.discard(news)
            if not room.lookers and room.task is not None:
                room.task.cancel()
                if self._rooms.get(key) is room:
                    del self._rooms[key]

    async def _watch(self, key: Hashable, look: Look, room: _Watched) -> None:
        version: Hashable = None
        looks, fault, pause = 0, "", EVERY
        while True:
            known = version if looks % ANYHOW else None
            looks += 1
            try:
                version, told = await self._database.aread(partial(look, known))
                fault, pause = "", EVERY
            except (SQLAlchemyError, Problem) as error:  # a draft may have been taken away
                if fault != (fault := type(error).__name__):
                    log.warning("a screen could not be looked at", screen=str(key), reason=fault)
                version, told, pause = None, {}, min(2 * pause, SLOWEST * EVERY)
            except Exception as error:  # the hall looks on: what cannot be drawn now may be drawn after the next vote
                if fault != (fault := type(error).__name__):
                    log.exception("a screen could not be drawn", screen=str(key))
                version, told, pause = None, {}, min(2 * pause, SLOWEST * EVERY)
            if any(room.told.get(kind) != data for kind, data in told.items()):
                room.told.update(told)
                for one in room.lookers:
                    one.set()
            await asyncio.sleep(pause)

    def _look(self, event_id: int, known: Hashable, session: Session) -> Told:
        version = session.scalar(select(Room.version).where(Room.event_id == event_id)) or 0
        if version == known:
            return version, {}
        room = load_room(session, event_id)
        is_open = room.takes_questions(self._clock.now())
        told = {kind: one_line(make(session, room, is_open)) for kind, make in self._sources.items()}
        return version, {"version": one_line({"version": version}), **told}


def one_line(data: Mapping[str, Any] | Sequence[Any]) -> str:
    """JSON on one line, as a `data` field needs it."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))
