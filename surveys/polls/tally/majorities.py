"""Any two options compared: which of them more ballots place above the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from surveys.polls.tally.options import Groups, Options

Pair = tuple[int, int]


@dataclass(frozen=True)
class Majorities:
    """`above[a][b]` ballots place a above b; ballots on which both are alike count for neither."""

    options: Options
    above: tuple[tuple[int, ...], ...]

    def beats(self, one: int, other: int) -> bool:
        return self.above[one][other] > self.above[other][one]

    def strength(self, one: int, other: int) -> int:
        """Winning votes: how many are for who beats the other, 0 for who does not."""
        return self.above[one][other] if self.beats(one, other) else 0

    def pairs(self) -> Iterator[Pair]:
        """All in which the first beats the second, in the options' order."""
        places = range(len(self.options))
        return ((one, other) for one in places for other in places if self.beats(one, other))

    @cached_property
    def parts(self) -> Groups:
        """Groups of which every member beats all members of later ones, as small as can be.

        The first is the Smith set; a Condorcet winner is alone in it.
        """
        reached = [self._not_beaten_by(one) for one in range(len(self.options))]
        sizes = sorted({len(found) for found in reached}, reverse=True)
        return tuple(tuple(one for one, found in enumerate(reached) if len(found) == size) for size in sizes)

    def shortest_circle(self, among: tuple[int, ...]) -> tuple[int, ...]:
        """Options each of which beats the next and the last the first, () where there are no such."""
        circles = (self._circle_from(one, among) for one in among)
        return min(filter(None, circles), key=len, default=())

    def to_json(self) -> dict[str, dict[str, int]]:
        codes = self.options.codes
        return {
            code: {codes[other]: votes for other, votes in enumerate(row) if other != one}
            for one, (code, row) in enumerate(zip(codes, self.above, strict=True))
        }

    def figures(self, one: int, other: int) -> dict[str, Any]:
        """Both sides of a comparison."""
        codes = self.options.codes
        return {
            "winner": codes[one],
            "loser": codes[other],
            "for": self.above[one][other],
            "against": self.above[other][one],
        }

    def _not_beaten_by(self, start: int) -> set[int]:
        """Whom one reaches over comparisons that are won or even; who reaches more stands in an earlier part."""
        return set(self._distances(start, strictly=False))

    def _circle_from(self, start: int, among: tuple[int, ...]) -> tuple[int, ...]:
        came_from = self._distances(start, strictly=True)
        for one in came_from:  # the nearest first
            if one in among and self.beats(one, start):
                circle = [one]
                while circle[-1] != start:
                    circle.append(came_from[circle[-1]])
                return tuple(reversed(circle))
        return ()

    def _distances(self, start: int, *, strictly: bool) -> dict[int, int]:
        """Whom one reaches, the nearest first, and over whom."""
        came_from = {start: start}
        waiting = deque([start])
        while waiting:
            one = waiting.popleft()
            for other in range(len(self.options)):
                reaches = self.beats(one, other) if strictly else not self.beats(other, one)
                if other not in came_from and reaches:
                    came_from[other] = one
                    waiting.append(other)
        return came_from
