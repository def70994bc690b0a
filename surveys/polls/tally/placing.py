"""What all rankings together say of the options, read once: as much as any method needs to know.

A ballot is broken up into places: a set of options and the set of those below it. Different ballots have most of
their places in common (of eight options there are at most 6,305), and no method asks which were on one ballot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from surveys.polls.tally.ballots import QUOTED, RankingForm
from surveys.polls.tally.errors import OptionTwice, TooManyPlaces
from surveys.polls.tally.gathering import Cast
from surveys.polls.tally.options import Options, members

MOST_KINDS = 1 << 16

Place = tuple[int, int]
"""A set of options that stand alike, and the set of those below, named or not."""


class Places:
    """Places and how many ballots have them; kept where they are few, else the ballots are read again each time."""

    def __init__(self, form: RankingForm, cast: Cast, most: int = MOST_KINDS) -> None:
        self._form, self._cast = form, cast
        self._kept: Counter[Place] | None = Counter()
        for heap in cast:
            if self._kept is not None:
                self._kept.update(peel(form, heap))
                if len(self._kept) > most:
                    self._kept = None

    @property
    def options(self) -> Options:
        return self._form.options

    @property
    def ballots(self) -> int:
        return self._cast.turnout.naming

    def __iter__(self) -> Iterator[tuple[Place, int]]:
        if self._kept is not None:
            return iter(self._kept.items())
        return (item for heap in self._cast for item in peel(self._form, heap).items())


def peel(form: RankingForm, heap: Mapping[str, int]) -> dict[Place, int]:
    """The places of ballots: the last place is taken off each, and what is left of many is the same.

    Raises a Problem for a ballot that cannot be read.
    """
    options, sets = form.options, _Sets(form)
    places: dict[Place, int] = {}
    levels = _levels(options, heap)
    while levels:
        level = levels.pop()
        shorter = levels[-1] if levels else {}
        for text, count in level.items():
            upper, _, last = text.rpartition(">")
            bits, above = form.group(last, text), sets[upper]
            if bits & above:
                raise OptionTwice(code=options.named(bits & above)[0], ballot=text[:QUOTED])
            place = bits, options.everything ^ above ^ bits
            places[place] = places.get(place, 0) + count
            shorter[upper] = shorter.get(upper, 0) + count
    return places


def _levels(options: Options, heap: Mapping[str, int]) -> list[dict[str, int]]:
    """Ballots by the number of their places, those with one first."""
    levels: list[dict[str, int]] = [{} for _ in range(len(options))]
    for text, count in heap.items():
        depth = text.count(">")
        if depth >= len(levels):
            raise TooManyPlaces(ballot=text[:QUOTED])
        levels[depth][text] = count
    return levels


class _Sets(dict[str, int]):
    """The set of options that the beginning of a ballot names."""

    def __init__(self, form: RankingForm) -> None:
        super().__init__({"": 0})
        self._form = form

    def __missing__(self, text: str) -> int:
        upper, _, last = text.rpartition(">")
        found = self[text] = self[upper] | self._form.group(last, text)
        return found


@dataclass(frozen=True)
class Placing:
    """`above[a][b]` ballots place a above b; those that share a first place have an equal part of it."""

    options: Options
    ballots: int  # those that name an option
    named: tuple[int, ...]
    firsts: tuple[Fraction, ...]
    above: tuple[tuple[int, ...], ...]


def place(places: Places) -> Placing:
    """From kinds of places to options."""
    options = places.options
    named = [0] * len(options)
    firsts: Counter[int] = Counter()
    above = [[0] * len(options) for _ in range(len(options))]
    for (bits, below), count in places:
        if bits | below == options.everything:
            firsts[bits] += count
        others = tuple(members(below))
        for one in members(bits):
            named[one] += count
            row = above[one]
            for other in others:
                row[other] += count
    return Placing(options, places.ballots, tuple(named), shared(options, firsts), tuple(map(tuple, above)))


def shared(options: Options, sets: Counter[int]) -> tuple[Fraction, ...]:
    """The votes of each option where those of one set share theirs equally."""
    votes = [Fraction()] * len(options)
    for bits, count in sets.items():
        share = Fraction(count, bits.bit_count())
        for one in members(bits):
            votes[one] += share
    return tuple(votes)
