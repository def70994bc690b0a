"""From what somebody chose to a ballot, or to a refusal in words. Pure.

A ballot is text, as the tally reads it: the option's name (`single`), names and blanks (`multiple`: `A B`), a whole
number (`scale`), names in order (`ranking`: `A>B>C`), points (`dots`: `A:3 B:2`), words (`text`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from core.i18n import Translator
from surveys.polls.errors import (
    ChosenTwice,
    NoneAndSome,
    NotAllPlaced,
    NothingChosen,
    NotOffered,
    NotOnScale,
    NotPoints,
    OverBudget,
    TooFewChosen,
    TooManyChosen,
    TooManyPoints,
    WordsMissing,
    WordsTooLong,
)
from surveys.polls.kinds import USUAL_WORDS, Kind
from surveys.polls.poll import Poll
from surveys.polls.tally.options import NONE

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
LONGEST_NUMBER = 4


class Choice(NamedTuple):
    """What a door gathered; only what belongs to the poll's kind is looked at.

    `names` in the order in which they were chosen, `points` by name (nothing given is left out or 0).
    """

    names: Sequence[str] = ()
    number: str = ""
    points: Mapping[str, int] = MappingProxyType({})
    words: str = ""


def ballot_of(poll: Poll, choice: Choice) -> str:
    """The ballot; raises a BallotRefused."""
    match poll.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return _several(poll, choice.names)
        case Kind.RANKING:
            return _ranking(poll, choice.names)
        case Kind.SCALE:
            return _number(poll, choice.number)
        case Kind.DOTS:
            return _points(poll, choice.points)
    return _words(poll, choice.words)


def choice_of(poll: Poll, ballot: str) -> Choice:
    """What a ballot says, to be shown and changed; an empty one says nothing."""
    match poll.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return Choice(names=tuple(ballot.split()))
        case Kind.RANKING:
            return Choice(names=tuple(one for one in ballot.split(">") if one))
        case Kind.SCALE:
            return Choice(number=ballot)
        case Kind.DOTS:
            pairs = (one.partition(":") for one in ballot.split())
            return Choice(points={name: int(count) for name, _, count in pairs})
    return Choice(words=ballot)


def in_words(poll: Poll, ballot: str, t: Translator) -> str:
    """A ballot as its voter reads it."""
    choice = choice_of(poll, ballot)
    match poll.kind:
        case Kind.SCALE | Kind.TEXT:
            return ballot
        case Kind.DOTS:
            return ", ".join(f"{poll.label_of(name, t)} ({count})" for name, count in choice.points.items())
        case Kind.RANKING:
            return "; ".join(f"{at}. {poll.label_of(name, t)}" for at, name in enumerate(choice.names, 1))
    return ", ".join(poll.label_of(name, t) for name in choice.names)


def read_points(text: str) -> int:
    """Points as they were typed; nothing stands for none. Raises NotPoints."""
    typed = text.strip() or "0"
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER):
        raise NotPoints
    return int(typed)


def _several(poll: Poll, names: Sequence[str]) -> str:
    _check_names(poll, names)
    if NONE in names and poll.rules.none:
        if len(names) > 1:
            raise NoneAndSome
        return NONE
    least, most = (1, 1) if poll.kind is Kind.SINGLE else (poll.rules.least, poll.rules.most or len(poll.names))
    _check_count(len(names), least, most)
    return " ".join(sorted(names, key=poll.names.index))


def _ranking(poll: Poll, names: Sequence[str]) -> str:
    _check_names(poll, names)
    least, whole = poll.rules.least, len(poll.names)
    if len(names) < least == whole:
        raise NotAllPlaced(least=least, count=len(names))
    _check_count(len(names), least, poll.rules.most or whole)
    return ">".join(names)


def _number(poll: Poll, number: str) -> str:
    typed, least, most = number.strip(), poll.rules.least, poll.rules.most
    if not typed:
        raise NothingChosen
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER and least <= int(typed) <= most):
        raise NotOnScale(least=least, most=most)
    return str(int(typed))


def _points(poll: Poll, points: Mapping[str, int]) -> str:
    if any(count < 0 for count in points.values()):
        raise NotPoints
    given = {name: count for name, count in points.items() if count}
    _check_names(poll, tuple(given))
    rules = poll.rules
    if (total := sum(given.values())) > rules.budget:
        raise OverBudget(budget=rules.budget, count=total)
    if rules.most and max(given.values()) > rules.most:
        raise TooManyPoints(most=rules.most)
    return " ".join(f"{name}:{given[name]}" for name in poll.names if name in given)


def _words(poll: Poll, words: str) -> str:
    most = poll.rules.most or USUAL_WORDS
    said = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    if not said:
        raise WordsMissing
    if len(said) > most:
        raise WordsTooLong(length=len(said), most=most)
    return said


def _check_names(poll: Poll, names: Sequence[str]) -> None:
    if not names:
        raise NothingChosen
    if not set(names) <= set(poll.names):
        raise NotOffered
    if len(set(names)) < len(names):
        raise ChosenTwice


def _check_count(count: int, least: int, most: int) -> None:
    if count < least:
        raise TooFewChosen(least=least, count=count)
    if count > most:
        raise TooManyChosen(most=most, count=count)
