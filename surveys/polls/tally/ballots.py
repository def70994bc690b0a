"""What stands on one ballot, as text and as a value.

A ballot is a short text, the same in the database, in a count sheet and on the command line:

    A>B=C      a ranking: A first, then B and C alike; who is not named is last, alike
    A          a single choice: a ranking that names one option
    A C        several choices
    A:3 B:2    points
    4          a place on a scale
    none       none of these
    blank      nothing at all; an empty text is the same
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from surveys.polls.tally.errors import (
    NoNumber,
    NoOrder,
    OffTheScale,
    OptionTwice,
    PlaceEmpty,
    PointsUnreadable,
    TooManyPoints,
)
from surveys.polls.tally.options import BLANK, NONE, Options

MOST_POINTS = 1_000_000
MOST_GROUPS_KNOWN = 100_000
QUOTED = 60
DIGITS = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"-?[0-9]{1,9}")


class May(StrEnum):
    """What ballots may say, as far as their rule in words speaks of it."""

    RANK = "rank"  # options in order
    ALIKE = "alike"  # several of them in one place
    LEAVE_OUT = "leave-out"  # some of them in no place
    NONE = "none"
    BLANK = "blank"


ANYTHING = frozenset(May)  # as those of a file

Ranking = tuple[int, ...]
"""Sets of options, best first; who is in no set is last. Several choices are one set."""
Points = tuple[tuple[int, int], ...]
"""Places of options and their points, in the options' order."""
Value = TypeVar("Value")


class Form(Protocol[Value]):
    """How ballots of one kind are read and written: the same ballot is always the same text."""

    @property
    def heading(self) -> str: ...

    def read(self, text: str) -> Value: ...

    def write(self, value: Value) -> str: ...


def is_empty(text: str) -> bool:
    """Whether a ballot names nothing."""
    return text in ("", NONE, BLANK)


def tidy(form: Form[Any], text: str) -> str:
    """The one way in which this ballot is written; raises a Problem for what cannot be read."""
    text = text.strip()
    return (text or BLANK) if is_empty(text) else form.write(form.read(text))


def ranking_text(groups: Iterable[Iterable[str]]) -> str:
    """A ballot that ranks; options of one group are alike."""
    return ">".join("=".join(group) for group in groups) or BLANK


def points_text(points: Mapping[str, int]) -> str:
    """A ballot that gives points."""
    return " ".join(f"{code}:{number}" for code, number in points.items() if number) or BLANK


class RankingForm:
    """Rankings. What was read of one place on a ballot is remembered: most ballots have it from another."""

    heading = "ranking"

    def __init__(self, options: Options) -> None:
        self.options = options
        self._known: dict[str, int] = {}

    def read(self, text: str) -> Ranking:
        ranking = []
        seen = 0
        for part in text.split(">"):
            bits = self.group(part, text)
            if bits & seen:
                raise OptionTwice(code=self.options.named(bits & seen)[0], ballot=text[:QUOTED])
            seen |= bits
            ranking.append(bits)
        return tuple(ranking)

    def write(self, value: Ranking) -> str:
        return ranking_text(self.options.named(bits) for bits in value)

    def group(self, part: str, ballot: str) -> int:
        """The set of options of one place."""
        bits = self._known.get(part)
        if bits is None:
            bits = set_of(self.options, part.split("="), ballot)
            if len(self._known) < MOST_GROUPS_KNOWN:
                self._known[part] = bits
        return bits


@dataclass(frozen=True)
class ChoicesForm:
    """Several choices, side by side."""

    options: Options
    heading: str = "choices"

    def read(self, text: str) -> Ranking:
        if ">" in text:
            raise NoOrder(ballot=text[:QUOTED])
        return (set_of(self.options, text.split("=") if "=" in text else text.split(), text),)

    def write(self, value: Ranking) -> str:
        return " ".join(self.options.named(value[0]))


@dataclass(frozen=True)
class PointsForm:
    options: Options
    heading: str = "points"

    def read(self, text: str) -> Points:
        found: dict[int, int] = {}
        for part in text.split():
            code, _, points = part.partition(":")
            if not (code and DIGITS.fullmatch(points)):
                raise PointsUnreadable(part=part[:QUOTED])
            place = self.options.bit(code).bit_length() - 1
            if place in found:
                raise OptionTwice(code=code, ballot=text[:QUOTED])
            found[place] = int(points)
        if (total := sum(found.values())) > MOST_POINTS:
            raise TooManyPoints(points=total, most=MOST_POINTS)
        return tuple(sorted((place, points) for place, points in found.items() if points))

    def write(self, value: Points) -> str:
        return points_text({self.options.codes[place]: points for place, points in value})


@dataclass(frozen=True)
class ScaleForm:
    """Whole numbers; those beyond the scale are refused."""

    lowest: int
    highest: int
    heading: str = "value"

    def read(self, text: str) -> int:
        if not NUMBER.fullmatch(text):
            raise NoNumber(value=text[:QUOTED])
        number = int(text)
        if not self.lowest <= number <= self.highest:
            raise OffTheScale(value=number, lowest=self.lowest, highest=self.highest)
        return number

    def write(self, value: int) -> str:
        return str(value)


def set_of(options: Options, codes: Iterable[str], ballot: str) -> int:
    """The set of these options; raises OptionUnknown, OptionTwice and PlaceEmpty."""
    found = 0
    for code in map(str.strip, codes):
        if not code:
            raise PlaceEmpty(ballot=ballot[:QUOTED])
        bit = options.bit(code)
        if bit & found:
            raise OptionTwice(code=code, ballot=ballot[:QUOTED])
        found |= bit
    return found
