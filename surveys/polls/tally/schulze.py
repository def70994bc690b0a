"""Schulze: the strongest path of comparisons from one option to another, against the strongest back.

A path leads over options of which each beats the next; it is as strong as its weakest step, a step as strong as
the ballots for its winner (winning votes). See Markus Schulze, "The Schulze Method of Voting", section 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.i18n import Translator
from surveys.polls.tally.groups import by_layers
from surveys.polls.tally.majorities import Majorities, Pair
from surveys.polls.tally.placing import Placing
from surveys.polls.tally.working import Counted, Name, listed

ARROW = " → "


@dataclass(frozen=True)
class Path:
    """The strongest path between two options, by way of `route`, which begins and ends with them."""

    route: tuple[str, ...]
    strength: int
    back: int

    @property
    def is_decisive(self) -> bool:
        return self.strength > self.back

    def to_json(self) -> dict[str, Any]:
        return {"route": list(self.route), "strength": self.strength, "back": self.back}


@dataclass(frozen=True)
class SchulzeWorking:
    """The paths between any two options; where there is none, its strength is 0 and the route only names its ends."""

    paths: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        return {"paths": [one.to_json() for one in self.paths]}

    def explain(self, t: Translator, name: Name) -> Iterator[str]:
        for one in self.paths:
            said = {"route": listed(one.route, name, ARROW), "strength": one.strength, "back": one.back}
            if one.is_decisive:
                first, last = name(one.route[0]), name(one.route[-1])
                yield t(
                    "{first} comes before {last}: its strongest path {route} has {strength}, the one back {back}.",
                    first=first, last=last, **said,
                )  # fmt: skip
            elif one.strength == one.back and one.route[0] < one.route[-1]:
                yield t(
                    "{first} and {last} are even: the strongest paths between them have {strength} both ways.",
                    first=name(one.route[0]), last=name(one.route[-1]), strength=one.strength,
                )  # fmt: skip


def count_schulze(placing: Placing, majorities: Majorities) -> Counted:
    strengths, before = strongest_paths(majorities)
    codes, places = majorities.options.codes, range(len(majorities.options))
    paths = tuple(
        Path(tuple(codes[at] for at in _route(before, one, other)), strengths[one][other], strengths[other][one])
        for one in places
        for other in places
        if one != other
    )
    ranking = by_layers(places, lambda one, other: strengths[one][other] > strengths[other][one])
    return Counted(ranking, placing.named, SchulzeWorking(paths))


def strongest_paths(majorities: Majorities) -> tuple[list[list[int]], dict[Pair, int]]:
    """Strengths of the strongest paths, and the last option before each one's end (Floyd and Warshall)."""
    places = range(len(majorities.options))
    strengths = [[majorities.strength(one, other) for other in places] for one in places]
    before = {(one, other): one for one in places for other in places}
    for over in places:
        for one in places:
            if one == over:
                continue
            for other in places:
                weakest = min(strengths[one][over], strengths[over][other])
                if other not in (one, over) and weakest > strengths[one][other]:
                    strengths[one][other] = weakest
                    before[one, other] = before[over, other]
    return strengths, before


def _route(before: dict[Pair, int], one: int, other: int) -> tuple[int, ...]:
    route = [other]
    while route[-1] != one:
        route.append(before[one, route[-1]])
    return tuple(reversed(route))
