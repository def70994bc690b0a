"""Votes that wait together, by page and by chat: one piece of work for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from core.errors import Problem
from surveys.polls.casting import Booth, Cast, Vote, cast_many
from surveys.polls.errors import PollUnknown
from surveys.polls.store import ids_by_code


class Given(NamedTuple):
    """A vote as its door has read it, `at` when it came; `whose` is what the door knows of the voter by then."""

    vote: Vote
    at: datetime
    whose: Any = None


Door = Callable[[Session, int, Sequence[Any]], Sequence[Given | None]]
"""Reads what was pressed at a door for a poll, with as few statements for many as for one.

None for what is not simply a vote: nothing is done for it, and it is to be taken alone.
"""


class Pressed(NamedTuple):
    """What waits: `poll` is the poll's number or its code."""

    door: Door
    poll: int | str
    what: Any


class Became(NamedTuple):
    """What became of a vote, with `Given.whose`."""

    cast: Cast
    whose: Any


@dataclass(frozen=True)
class Crowd:
    """Whoever votes at the same moment, as work for `Database.together`: a few statements for each poll."""

    booth: Booth

    def __call__(self, session: Session, pressed: Sequence[Pressed]) -> list[Became | Problem | None]:
        """What became of each: None and a Problem have left nothing behind, as if they had not come yet."""
        told: list[Became | Problem | None] = [PollUnknown()] * len(pressed)
        for poll_id, places in sorted(_by_poll(session, pressed).items()):  # in one order: each poll has its lock
            became = self._count(session, poll_id, [pressed[place] for place in places])
            for place, one in zip(places, became, strict=True):
                told[place] = one
        return told

    def _count(self, session: Session, poll_id: int, pressed: Sequence[Pressed]) -> list[Became | Problem | None]:
        given = _read(session, poll_id, pressed)
        votes = [(one.vote, one.at) for one in given.values()]
        try:
            cast = cast_many(session, self.booth, votes) if votes else ()
        except PollUnknown as unknown:
            return [unknown] * len(pressed)
        became = {
            place: one if isinstance(one, Problem) else Became(one, given[place].whose)
            for place, one in zip(given, cast, strict=True)
        }
        return [became.get(place) for place in range(len(pressed))]


def _by_poll(session: Session, pressed: Sequence[Pressed]) -> dict[int, list[int]]:
    """The places of what was pressed for each poll; a code that is no poll's is left out."""
    ids = ids_by_code(session, {one.poll for one in pressed if isinstance(one.poll, str)})
    places: dict[int, list[int]] = {}
    for place, one in enumerate(pressed):
        poll_id = one.poll if isinstance(one.poll, int) else ids.get(one.poll)
        if poll_id is not None:
            places.setdefault(poll_id, []).append(place)
    return places


def _read(session: Session, poll_id: int, pressed: Sequence[Pressed]) -> dict[int, Given]:
    """The votes among them, by their places, as they came."""
    places: dict[Door, list[int]] = {}
    for place, one in enumerate(pressed):
        places.setdefault(one.door, []).append(place)
    found: dict[int, Given] = {}
    for door, theirs in places.items():
        read = door(session, poll_id, [pressed[place].what for place in theirs])
        found |= {place: one for place, one in zip(theirs, read, strict=True) if one is not None}
    return dict(sorted(found.items()))
