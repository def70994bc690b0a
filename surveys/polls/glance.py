"""How a poll stands, at a glance: what doors show beside the tally. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.i18n import N_
from surveys.polls.ballot import choice_of
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll

COUNTED = {
    Kind.SINGLE: N_("votes"),
    Kind.MULTIPLE: N_("votes"),
    Kind.SCALE: N_("votes"),
    Kind.RANKING: N_("first places"),
    Kind.DOTS: N_("points"),
}


@dataclass(frozen=True)
class Pile:
    """Equal ballots: how many there are of one."""

    ballot: str
    count: int


@dataclass(frozen=True)
class Line:
    """What one option, or one number of a scale, has of what its kind counts."""

    name: str
    count: int


@dataclass(frozen=True)
class Glance:
    lines: tuple[Line, ...]
    ballots: int
    mean: float | None = None  # of a scale
    hidden: frozenset[str] = frozenset()  # lines whose count is not told (published.for_voters): it stands as 0

    @property
    def most(self) -> int:
        return max((one.count for one in self.lines), default=0)


def glance(poll: Poll, piles: Iterable[Pile]) -> Glance:
    """Votes, points or first places by option, in the order of the options; nothing for words."""
    found, ballots = dict.fromkeys(_names(poll), 0), 0
    for pile in piles:
        ballots += pile.count
        for name, weight in _weights(poll, pile.ballot).items():
            found[name] = found.get(name, 0) + weight * pile.count
    lines = tuple(Line(name, count) for name, count in found.items())
    mean = None
    if poll.kind is Kind.SCALE and ballots:
        mean = sum(int(one.name) * one.count for one in lines) / ballots
    return Glance(lines if poll.kind is not Kind.TEXT else (), ballots, mean)


def _names(poll: Poll) -> tuple[str, ...]:
    if poll.kind is Kind.SCALE:
        return tuple(str(one) for one in range(poll.rules.least, poll.rules.most + 1))
    return poll.names


def _weights(poll: Poll, ballot: str) -> dict[str, int]:
    choice = choice_of(poll, ballot)
    match poll.kind:
        case Kind.SCALE:
            return {choice.number: 1}
        case Kind.DOTS:
            return dict(choice.points)
        case Kind.RANKING:
            return dict.fromkeys(choice.names[:1], 1)
        case Kind.TEXT:
            return {}
    return dict.fromkeys(choice.names, 1)
