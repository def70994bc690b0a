"""Seats of an event, mode by mode: how many there are, and whether more people fit. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Room:
    """One mode: `seats` that may be given (None: as many as are asked for), and those `taken` or kept by an offer."""

    seats: int | None
    taken: int = 0

    def holds(self, count: int) -> bool:
        return self.seats is None or self.taken + count <= self.seats

    @property
    def free(self) -> int | None:
        return None if self.seats is None else max(0, self.seats - self.taken)


@dataclass(frozen=True)
class Waiting:
    """Somebody on a waiting list, with how many seats they need."""

    attendance_id: int
    count: int


def seats_of(limits: Mapping[str, int], overbooking: int, mode: str) -> int | None:
    """The seats that may be given in a mode: what is there and `overbooking` percent more, rounded down."""
    there = limits.get(mode)
    return None if there is None else there * (100 + overbooking) // 100


def next_in_line(room: Room, line: Sequence[Waiting]) -> list[Waiting]:
    """Those to whom seats that are free are offered: in order; who needs more than are left keeps their place."""
    chosen, taken = [], room.taken
    for one in line:
        if Room(room.seats, taken).holds(one.count):
            chosen.append(one)
            taken += one.count
    return chosen


def offer_ends(now: datetime, hours: int, starts_at: datetime) -> datetime:
    """Until when a seat is kept for whom it was offered to: not beyond the start."""
    return min(now + timedelta(hours=hours), starts_at)
