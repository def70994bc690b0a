"""What became of somebody at the door, from everything that was done, in whatever order it arrived. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    IN = "in"
    OUT = "out"  # let in by mistake
    ALONG = "along"  # another number came with them
    ONLINE = "online"


class Outcome(StrEnum):
    """What became of an act when it arrived."""

    IN = "in"
    ALREADY = "already"  # they were in before: nothing is counted twice
    OUT = "out"
    NOT_IN = "not-in"  # also a coming in that does not count: it was taken back later, or was of another day
    NOTED = "noted"


@dataclass(frozen=True)
class Done:
    """An act, as far as it counts; `number` tells apart what was done in the same moment."""

    kind: str
    at: datetime
    along: int = 0
    number: int = 0


@dataclass(frozen=True)
class Came:
    """How somebody came ("" for not): in person with so many others, or online."""

    mode: str = ""
    at: datetime | None = None
    along: int = 0


NOT_CAME = Came()


def settle(acts: Iterable[Done]) -> Came:
    """By the times of the acts: the first one in counts, one out takes it back; being there outweighs being online."""
    inside: Came | None = None
    online: Came | None = None
    for one in sorted(acts, key=lambda act: (act.at, act.number)):
        match one.kind:
            case Kind.IN if inside is None:
                inside = Came("in-person", one.at, one.along)
            case Kind.ALONG if inside is not None:
                inside = Came(inside.mode, inside.at, one.along)
            case Kind.OUT if inside is not None:
                inside = None
            case Kind.OUT:
                online = None
            case Kind.ONLINE if online is None:
                online = Came("online", one.at)
    return inside or online or NOT_CAME


def outcome_of(kind: str, before: Came, after: Came) -> Outcome:
    """What to answer an act of somebody who stood so when it arrived, and stands so with it."""
    was_in = before.mode == "in-person"
    match kind:
        case Kind.IN if was_in:
            return Outcome.ALREADY
        case Kind.IN:
            return Outcome.IN if after.mode == "in-person" else Outcome.NOT_IN
        case Kind.OUT:
            return Outcome.OUT if before.mode else Outcome.NOT_IN
        case Kind.ALONG:
            return Outcome.NOTED if was_in else Outcome.NOT_IN
        case _ if before.mode:
            return Outcome.ALREADY
        case _:
            return Outcome.NOTED if after.mode else Outcome.NOT_IN
