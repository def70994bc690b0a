"""Lots that anybody can draw again from the count sheet, and that nobody could choose.

An option's lot is the SHA-256 of four lines: the phrase that was stated before the opening, what a public source
named in it gave after the close (or nothing), the SHA-256 of the sheet's ballots, the option's code. The smallest goes
first. Who states the phrase does not know the ballots yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from surveys.polls.tally.ballots import Form, tidy
from surveys.polls.tally.gathering import MOST, Ballots, in_order
from surveys.polls.tally.rule import ByLot


class Tidied:
    """Ballots in their one way of writing, to be iterated over again and again."""

    def __init__(self, form: Form[Any], ballots: Ballots) -> None:
        self._form, self._ballots = form, ballots

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((tidy(self._form, text), count) for text, count in self._ballots)


def ballot_lines(form: Form[Any], ballots: Ballots, most: int = MOST) -> Iterator[str]:
    """The ballots of a count sheet, `count,ballot`, sorted by what stands on them."""
    return (f"{count},{text}" for text, count in in_order(Tidied(form, ballots), most))


def digest(lines: Iterable[str]) -> str:
    """The SHA-256 of lines that each end with a line feed."""
    found = hashlib.sha256()
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def draw(lot: ByLot, of_ballots: str, code: str) -> str:
    return digest((*lot.lines, of_ballots, code))
