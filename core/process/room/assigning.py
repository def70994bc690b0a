"""Who sits at which thematic table. Pure: the same people, tables and seed give the same answer.

1. Whoever has a table already keeps it.
2. Everybody gets a seat as long as there are seats; where there are too few, lots are drawn (by the seed).
3. The wishes of those who sit are granted as far as they can be: a first wish counts two, a second one, and the
   sum is the greatest that there is. (Each newcomer is taken in by the chain of moves that gains the most, which
   keeps the sum greatest: successive shortest paths, as for a flow of least cost.)
4. Among all such answers, tables are mixed: a table has as few people as can be found of one category and of one
   zone, and those of a theme are about equally full. Moves and swaps that cost no wish are tried till none helps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

FIRST, SECOND = 2, 1
MOST_ROUNDS = 20
KIND = 3  # one more of one's category or zone weighs as much as three more people at the table
ITSELF = 2 * KIND + 1  # what somebody adds to how crowded their own table is for them


@dataclass(frozen=True)
class Table:
    id: int
    theme: int
    seats: int


@dataclass(frozen=True)
class Guest:
    """Somebody to be seated; `wishes` are themes, the one they would like best first."""

    id: int
    category: str = ""
    zone: str = ""
    wishes: tuple[int, ...] = ()

    def gain(self, theme: int) -> int:
        """What it counts to give them this theme."""
        first, second = (*self.wishes, None, None)[:2]
        return FIRST if theme == first else SECOND if theme == second else 0


Row = TypeVar("Row", Guest, Table)


def assign(
    guests: Sequence[Guest], tables: Sequence[Table], kept: Mapping[int, int] | None = None, seed: int = 0
) -> dict[int, int]:
    """The table of each guest, by ids; those for whom there is no seat are left out.

    `kept` are tables that stay as they are, also where that makes one fuller than it should be.
    """
    guests, tables = _by_id(guests), _by_id(tables)  # the order of rows decides nothing
    known, held = {one.id: one for one in tables}, dict(kept or {})
    stays = {one.id: held[one.id] for one in guests if held.get(one.id) in known}
    new = [one for one in guests if one.id not in stays]
    Random(seed).shuffle(new)  # noqa: S311 - fairness among equals, not secrecy
    left = {one.id: one.seats for one in tables}
    for table in stays.values():
        left[table] -= 1
    left = {table: max(number, 0) for table, number in left.items()}
    themes = _Themes(_by_theme(tables, left))
    for guest in new:
        themes.take(guest)
    floor = _Floor(known, left)
    for one in guests:
        if one.id in stays:
            floor.keep(one, stays[one.id])
    for theme, inside in themes.inside.items():
        for guest in inside:
            floor.put(guest, floor.best(guest, theme))
    floor.mix([one for one in new if one.id in floor.at])
    return floor.at


def _by_id(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda one: one.id)


def _by_theme(tables: Sequence[Table], left: Mapping[int, int]) -> dict[int, int]:
    seats: dict[int, int] = {}
    for one in tables:
        seats[one.theme] = seats.get(one.theme, 0) + left[one.id]
    return seats


@dataclass
class _Themes:
    """Whom each theme has taken in so far, never more than `seats`."""

    seats: dict[int, int]
    inside: dict[int, list[Guest]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inside = {theme: [] for theme in self.seats}

    def _is_free(self, theme: int) -> bool:
        return len(self.inside[theme]) < self.seats[theme]

    def take(self, guest: Guest) -> None:
        """Takes somebody in by the chain of moves that gains the most; nobody is left without a place for it."""
        first = guest.wishes[0] if guest.wishes else None
        if first in self.inside and self._is_free(first):
            self.inside[first].append(guest)  # no chain gains more than a first wish
            return
        gain, before = self._chains(guest)
        ends = [theme for theme in self.seats if theme in gain and self._is_free(theme)]
        if not ends:
            return
        theme = max(ends, key=lambda one: (gain[one], self.seats[one] - len(self.inside[one]), -one))
        while (step := before[theme]) is not None:
            source, mover = step
            self.inside[source].remove(mover)
            self.inside[theme].append(mover)
            theme = source
        self.inside[theme].append(guest)

    def _chains(self, guest: Guest) -> tuple[dict[int, int], dict[int, tuple[int, Guest] | None]]:
        """The best chain to each theme (Bellman and Ford): what it gains, and who moves there from where."""
        gain = {theme: guest.gain(theme) for theme in self.seats if self.seats[theme]}
        before: dict[int, tuple[int, Guest] | None] = dict.fromkeys(gain)
        moves = self._moves()
        for _ in gain:
            better = False
            for (source, target), (change, mover) in moves.items():
                if gain[source] + change > gain[target]:
                    gain[target], before[target], better = gain[source] + change, (source, mover), True
            if not better:
                break
        return gain, before

    def _moves(self) -> dict[tuple[int, int], tuple[int, Guest]]:
        """From each full theme to each other one: who loses the least, or wins the most, by moving."""
        found: dict[tuple[int, int], tuple[int, Guest]] = {}
        for source, inside in self.inside.items():
            alike: dict[tuple[int, ...], Guest] = {}
            for one in inside:
                alike.setdefault(one.wishes[:2], one)
            for target in self.seats:
                if target != source and self.seats[target] and alike:
                    found[source, target] = max(
                        ((one.gain(target) - one.gain(source), one) for one in alike.values()),
                        key=lambda move: (move[0], -move[1].id),
                    )
        return found


class _Floor:
    """The tables with those who sit there."""

    def __init__(self, tables: Mapping[int, Table], left: Mapping[int, int]) -> None:
        self._tables, self._free = tables, dict(left)  # what is free is for newcomers
        self.at: dict[int, int] = {}
        self._categories: dict[int, Counter[str]] = {one: Counter() for one in tables}
        self._zones: dict[int, Counter[str]] = {one: Counter() for one in tables}
        self._size: Counter[int] = Counter()

    def keep(self, guest: Guest, table: int) -> None:
        """Somebody who was there before; the seat they take is not among the free ones."""
        self.put(guest, table)
        self._free[table] += 1

    def put(self, guest: Guest, table: int) -> None:
        self.at[guest.id] = table
        self._count(guest, table, 1)

    def best(self, guest: Guest, theme: int) -> int:
        """The table of a theme that has a free seat and the fewest of somebody's kind, then the fewest people."""
        with_room = (one.id for one in self._tables.values() if one.theme == theme and self._free[one.id] > 0)
        return min(with_room, key=lambda table: (self._kin(guest, table), table))

    def mix(self, movable: Sequence[Guest]) -> None:
        """Moves and swaps among these that cost no wish and make tables more mixed."""
        for _ in range(MOST_ROUNDS):
            if not sum(self._better(movable, place) for place in range(len(movable))):
                return

    def _better(self, movable: Sequence[Guest], place: int) -> bool:
        one = movable[place]
        return self._move(one) or any(self._swap(one, other) for other in movable[place + 1 :])

    def _move(self, one: Guest) -> bool:
        here = self.at[one.id]
        for there in sorted(self._tables):
            if there == here or self._free[there] < 1 or not self._same_gain(one, here, there):
                continue
            if self._kin(one, there) < self._kin(one, here) - ITSELF:
                self._shift(one, here, there)
                return True
        return False

    def _swap(self, one: Guest, other: Guest) -> bool:
        here, there = self.at[one.id], self.at[other.id]
        if here == there or (one.category, one.zone) == (other.category, other.zone):
            return False
        before = self._gain(one, here) + self._gain(other, there)
        if self._gain(one, there) + self._gain(other, here) != before:
            return False
        cost = self._kin(one, here) + self._kin(other, there) - 2 * ITSELF
        self._count(one, here, -1)
        self._count(other, there, -1)
        after = self._kin(one, there) + self._kin(other, here)
        self._count(one, here, 1)
        self._count(other, there, 1)
        if after >= cost:
            return False
        self._shift(one, here, there)
        self._shift(other, there, here)
        return True

    def _shift(self, guest: Guest, source: int, target: int) -> None:
        self._count(guest, source, -1)
        self.put(guest, target)

    def _gain(self, guest: Guest, table: int) -> int:
        return guest.gain(self._tables[table].theme)

    def _same_gain(self, guest: Guest, here: int, there: int) -> bool:
        return self._gain(guest, here) == self._gain(guest, there)

    def _kin(self, guest: Guest, table: int) -> int:
        """How many of somebody's category and of their zone sit at a table, and a little for how full it is."""
        alike = self._categories[table][guest.category] + self._zones[table][guest.zone]
        return KIND * alike + self._size[table]

    def _count(self, guest: Guest, table: int, number: int) -> None:
        self._categories[table][guest.category] += number
        self._zones[table][guest.zone] += number
        self._size[table] += number
        self._free[table] -= number
