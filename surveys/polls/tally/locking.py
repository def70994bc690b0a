"""Ranked pairs: which comparisons are kept, the strongest first, so that they hold no circle.

Comparisons may be equally strong, and then it can matter which is taken first. Nobody chooses: every order is tried.
An option's place is the best that any of them gives it. Trying all grows quickly, so that beyond `MOST_TRIED` options
that stand in each other's way the equally strong comparisons are taken together, and those that would close a circle
are left out together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from itertools import combinations, groupby

from surveys.polls.tally.groups import by_layers
from surveys.polls.tally.majorities import Majorities, Pair
from surveys.polls.tally.options import Groups

MOST_TRIED = 8


class Fate(StrEnum):
    """What became of a comparison; `depends` on the order in which equally strong ones are taken."""

    LOCKED = "locked"
    LEFT_OUT = "left-out"
    DEPENDS = "depends"


Fates = dict[Pair, Fate]


def lock(majorities: Majorities) -> tuple[Groups, Fates]:
    """The ranking, and the fate of each comparison that one option wins.

    No circle leads from one of the parts into another, so that each is settled by itself.
    """
    ranking: list[tuple[int, ...]] = []
    fates = dict.fromkeys(majorities.pairs(), Fate.LOCKED)
    for part in majorities.parts:
        groups, found = _lock_part(majorities, part)
        ranking += groups
        fates |= found
    return tuple(ranking), fates


def _lock_part(majorities: Majorities, part: tuple[int, ...]) -> tuple[Groups, Fates]:
    pairs = [pair for pair in majorities.pairs() if pair[0] in part and pair[1] in part]
    fates = _one_after_another(majorities, pairs, together=False)
    if fates is None and len(part) <= MOST_TRIED:
        return _EveryOrder(majorities, part).result(pairs)
    if fates is None:
        fates = _one_after_another(majorities, pairs, together=True)
    kept = {pair for pair, fate in (fates or {}).items() if fate is Fate.LOCKED}
    reached = _Reached(kept)
    return by_layers(part, reached.holds), fates or {}


def _one_after_another(majorities: Majorities, pairs: Iterable[Pair], *, together: bool) -> Fates | None:
    """Locks the strongest first; None where equally strong ones close a circle, unless they are left out together."""
    fates: Fates = {}
    reached = _Reached()

    def strength(pair: Pair) -> int:
        return majorities.strength(*pair)

    for _, equal in groupby(sorted(pairs, key=strength, reverse=True), key=strength):
        fitting = []
        for one, other in equal:
            if reached.holds(other, one):
                fates[one, other] = Fate.LEFT_OUT
            else:
                fitting.append((one, other))
        after = reached.with_all(fitting)
        for one, other in fitting:
            if not after.holds(other, one):
                fates[one, other] = Fate.LOCKED
                reached.add(one, other)
            elif together:
                fates[one, other] = Fate.LEFT_OUT
            else:
                return None
    return fates


class _Reached:
    """Who stands above whom by what is locked, directly or over others, as sets by bits."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._below: dict[int, int] = defaultdict(int)
        for pair in pairs:
            self.add(*pair)

    def holds(self, one: int, other: int) -> bool:
        return bool(self._below[one] >> other & 1)

    def add(self, one: int, other: int) -> None:
        news = self._below[other] | 1 << other
        self._below[one] |= news
        for above, below in [*self._below.items()]:
            if below >> one & 1:
                self._below[above] |= news

    def with_all(self, pairs: Iterable[Pair]) -> _Reached:
        made = _Reached()
        made._below.update(self._below)
        for pair in pairs:
            made.add(*pair)
        return made


class _EveryOrder:
    """All that the orders of equally strong comparisons can lead to.

    Instead of the orders, the options are put in a row in every way in which each comparison that the row contradicts
    is outweighed: a path down the row, from the one above to the one below, of comparisons at least as strong. Those
    rows are exactly the ones that orders lead to (T. M. Zavist and T. N. Tideman, "Complete independence of clones in
    the ranked pairs rule", on stacks).
    """

    def __init__(self, majorities: Majorities, part: tuple[int, ...]) -> None:
        self._majorities, self._part = majorities, part
        self._best = dict.fromkeys(part, len(part))
        self._kept: set[Pair] = set()
        self._left: set[Pair] = set()
        self._look((), {}, {})

    def result(self, pairs: Iterable[Pair]) -> tuple[Groups, Fates]:
        fates = {
            pair: Fate.DEPENDS if pair in self._kept & self._left
            else Fate.LOCKED if pair in self._kept
            else Fate.LEFT_OUT
            for pair in pairs
        }  # fmt: skip
        layers = sorted(set(self._best.values()))
        return tuple(tuple(one for one in self._part if self._best[one] == layer) for layer in layers), fates

    def _look(self, row: tuple[int, ...], layers: dict[int, int], paths: dict[Pair, int]) -> None:
        """Goes on from a row whose options stand in these layers, with the strongest paths down it."""
        if len(row) == len(self._part):
            self._note(row, layers)
            return
        for new in self._part:
            if new in row or self._comes_earlier(row, new):
                continue
            down = self._paths_to(new, row, paths)
            contradicted = [(new, one) for one in row if self._majorities.beats(new, one)]
            if all(down[one] >= self._majorities.strength(new, one) for _, one in contradicted):
                above = [one for one in row if self._majorities.beats(one, new)]
                layer = 1 + max((layers[one] for one in above), default=0)
                self._look((*row, new), {**layers, new: layer}, paths | {(one, new): down[one] for one in row})

    def _note(self, row: tuple[int, ...], layers: dict[int, int]) -> None:
        for one, layer in layers.items():
            self._best[one] = min(self._best[one], layer)
        for one, other in combinations(row, 2):
            if self._majorities.beats(one, other):
                self._kept.add((one, other))
            elif self._majorities.beats(other, one):
                self._left.add((other, one))

    def _comes_earlier(self, row: tuple[int, ...], new: int) -> bool:
        """Neighbours who do not meet may change places: one of both rows is enough."""
        if not row:
            return False
        last = row[-1]
        return new < last and not self._majorities.beats(last, new) and not self._majorities.beats(new, last)

    def _paths_to(self, new: int, row: tuple[int, ...], paths: dict[Pair, int]) -> dict[int, int]:
        down = {}
        for at, one in enumerate(row):
            over = (min(paths[one, two], self._majorities.strength(two, new)) for two in row[at + 1 :])
            down[one] = max(self._majorities.strength(one, new), max(over, default=0))
        return down
