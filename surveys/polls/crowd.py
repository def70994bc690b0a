"""Votes for one poll that wait together, whichever door they came by: one piece of work for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from core.errors import Problem
from surveys.polls.casting import Booth, Cast, Vote, cast_many
from surveys.polls.errors import PollUnknown
from surveys.polls.store import find_by_code


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
    door: Door
    what: Any


class Counted(NamedTuple):
    """What became of a vote, with `Given.whose`."""

    cast: Cast
    whose: Any


@dataclass(frozen=True)
class Crowd:
    """Whoever votes in one poll at the same moment, as work for `Database.together`; `poll` is its number or code."""

    booth: Booth
    poll: int | str

    def __call__(self, session: Session, pressed: Sequence[Pressed]) -> list[Counted | Problem | None]:
        """What became of each: None and a Problem have left nothing behind, as if they had not come yet."""
        try:
            poll_id = self.poll if isinstance(self.poll, int) else find_by_code(session, self.poll).id
            given = _read(session, poll_id, pressed)
            became = cast_many(session, self.booth, [(one.vote, one.at) for one in given.values()]) if given else ()
        except PollUnknown as unknown:
            return [unknown] * len(pressed)
        counted = {
            place: one if isinstance(one, Problem) else Counted(one, given[place].whose)
            for place, one in zip(given, became, strict=True)
        }
        return [counted.get(place) for place in range(len(pressed))]


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
