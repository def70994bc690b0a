"""Understanding what a person types as the answer to a question.

In order: the choice's number, value or label as it stands; then without case, accents and
punctuation; then a beginning that only one choice has. Something near to a label is never
taken for it: it comes back as a suggestion.
"""

from __future__ import annotations

import re

from surveys.engine.choosing import Choices, Options
from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.places import read_point, read_points
from surveys.engine.plain import plain
from surveys.engine.spoken_dates import precision_of, read_date
from surveys.engine.spoken_numbers import read_number
from surveys.engine.spoken_times import read_datetime, read_time
from surveys.engine.values import Refused, clean
from surveys.engine.yes_no import GOING_ON, NO, YES

Moment = tuple[str, str]

_SPLIT = re.compile(r"[,;\n]+")
_ORDERED = re.compile(r"[,;>\n]+")


def understand(question: Question, text: str, options: Options, moment: Moment) -> str | Refused:
    """The value that a text means, in XForms spelling.

    `options` are the (value, label) on offer, `moment` the language and today's ISO date. A
    refusal may hold what was perhaps meant: `near`, values each on a line.
    """
    text = clean(text)
    match question.kind:
        case Kind.SELECT_ONE:
            return Choices(options).choose(text)
        case Kind.SELECT_MULTIPLE:
            return _several(text, Choices(options))
        case Kind.RANK:
            return _rank(text, Choices(options))
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            end = question.parameters.get("end", "10") if question.kind is Kind.RANGE else ""
            return read_number(text, whole=question.kind is Kind.INTEGER, end=end)
        case Kind.DATE:
            return read_date(text, *moment, precision=precision_of(question.appearance)) or Refused(Fault.NOT_A_DATE)
        case Kind.TIME:
            return read_time(text) or Refused(Fault.NOT_A_DATE)
        case Kind.DATETIME:
            return read_datetime(text, *moment) or Refused(Fault.NOT_A_DATE)
        case Kind.REPEAT | Kind.ACKNOWLEDGE | Kind.NOTE:
            return _polar(question.kind, plain(text))
        case Kind.GEOPOINT:
            return read_point(text)
        case Kind.GEOTRACE | Kind.GEOSHAPE:
            return read_points(text, closed=question.kind is Kind.GEOSHAPE)
        case _:
            return text


def _polar(kind: Kind, said: str) -> str | Refused:
    if kind is Kind.REPEAT and said in YES | NO:
        return "yes" if said in YES else "no"
    going_on = said in YES or (kind is Kind.NOTE and said in GOING_ON)
    return "OK" if going_on and kind is not Kind.REPEAT else Refused(Fault.NOT_UNDERSTOOD)


def _several(text: str, choices: Choices) -> str | Refused:
    whole = choices.match(text)
    if whole is not None:
        return whole
    found = _each([part.strip() for part in _SPLIT.split(text) if part.strip()], choices)
    return found if isinstance(found, Refused) else choices.in_order(found)


def _rank(text: str, choices: Choices) -> str | Refused:
    parts = [part.strip() for part in _ORDERED.split(text) if part.strip()]
    if len(parts) == 1 and all(part.isdecimal() for part in text.split()):
        parts = text.split()
    ranked = _each(parts, choices)
    if isinstance(ranked, Refused):
        return ranked
    if len(ranked) == len(choices.options) - 1:
        ranked += [value for value, _ in choices.options if value not in ranked]
    return " ".join(ranked)


def _each(parts: list[str], choices: Choices) -> list[str] | Refused:
    """The choice that each part names; the first that names none is refused, as are too many."""
    if not parts or len(parts) > 2 * len(choices.options):
        return Refused(Fault.NOT_UNDERSTOOD)
    found: list[str] = []
    for part in parts:
        one = choices.choose(part)
        if isinstance(one, Refused):
            return one
        found.append(one)
    return found
