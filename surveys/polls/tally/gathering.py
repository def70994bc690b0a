"""Equal ballots put together, so that the work follows how different ballots are and not how many."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from surveys.polls.tally.ballots import Form, Value
from surveys.polls.tally.options import BLANK, NONE

MOST = 1 << 17  # different ballots held at a time; eight options can be ranked, some or all, in 109,600 ways

Ballots = Iterable[tuple[str, int]]
"""Texts of ballots and how many are alike, in any order; may be read more than once, so no generator."""


@dataclass(frozen=True)
class Turnout:
    """Ballots: those that name an option, those that say "none of these", and blank ones."""

    naming: int
    none: int
    blank: int
    invited: int | None = None

    @property
    def cast(self) -> int:
        return self.naming + self.none + self.blank

    @property
    def valid(self) -> int:
        """Those that say something, if only "none of these"."""
        return self.naming + self.none

    def to_json(self) -> dict[str, Any]:
        return {
            "cast": self.cast, "naming": self.naming, "none": self.none, "blank": self.blank, "invited": self.invited,
        }  # fmt: skip


class Cast:
    """The ballots of a poll that name an option, in heaps of at most about `most` different ones.

    Iterating reads them; the same ballot can be in several heaps.
    """

    def __init__(self, ballots: Ballots, invited: int | None = None, most: int = MOST) -> None:
        if isinstance(ballots, Iterator):
            raise TypeError("ballots may be read several times: give what can be iterated over again")
        self._ballots, self._invited, self._most = ballots, invited, most
        self._turnout: Turnout | None = None

    @property
    def turnout(self) -> Turnout:
        """Known once they were read."""
        assert self._turnout is not None
        return self._turnout

    def __iter__(self) -> Iterator[dict[str, int]]:
        naming = none = blank = 0
        for heap in heaps(self._ballots, self._most):
            none += heap.pop(NONE, 0)
            blank += heap.pop(BLANK, 0) + heap.pop("", 0)
            naming += sum(heap.values())
            yield heap
        self._turnout = Turnout(naming, none, blank, self._invited)

    def values(self, form: Form[Value]) -> Iterator[tuple[Value, int]]:
        """What stands on each, and how many are alike; raises a Problem for a ballot that cannot be read."""
        for heap in self:
            for text, count in heap.items():
                yield form.read(text), count


def heaps(ballots: Ballots, most: int = MOST) -> Iterator[dict[str, int]]:
    """Texts and how many are alike, as many different ones together as may be held."""
    held: dict[str, int] = {}
    for text, count in ballots:
        held[text] = held.get(text, 0) + count
        if len(held) > most:
            yield held
            held = {}
    yield held


def in_order(ballots: Ballots, most: int = MOST) -> Iterator[tuple[str, int]]:
    """Every different ballot once, sorted by its text: an order that tells nothing of who voted when.

    Reads the ballots once for every `most` different ones, and holds at most twice as many.
    """
    last: str | None = None
    while True:
        held: dict[str, int] = {}
        dropped = False
        for text, count in ballots:
            if last is not None and text <= last:
                continue
            held[text] = held.get(text, 0) + count
            if len(held) >= 2 * most:
                held = {one: held[one] for one in heapq.nsmallest(most, held)}
                dropped = True
        kept = sorted(held)[:most] if dropped else sorted(held)
        for text in kept:
            yield text, held[text]
        if not dropped:
            return
        last = kept[-1]
