"""The column parameters: `start=1 end=10 step=1`, each type with its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from core.i18n import N_
from surveys.xlsform.book import Book, at, references
from surveys.xlsform.errors import FormError
from surveys.xlsform.near import nearest
from surveys.xlsform.rowtypes import SELECTS, RowType
from surveys.xlsform.sheets import Row

_PAIR = re.compile(r"([^\s=,;]+)\s*=\s*([^\s=,;]+)[\s,;]*")
_SELECT = ("randomize", "seed")
_PLACE = ("allow-mock-accuracy", "reference-geometry")
_WIDTHS = ("step", "tick_interval")
_BY_TYPE = {
    "text": ("rows",),
    "range": ("start", "end", "step", "tick_interval", "placeholder", "tick_labelset"),
    "image": ("max-pixels", "app"),
    "audio": ("quality",),
    "background-audio": ("quality",),
    "geopoint": (*_PLACE, "capture-accuracy", "warning-accuracy"),
    "geotrace": (*_PLACE, "incremental"),
    "geoshape": (*_PLACE, "incremental"),
    "audit": (
        "identify-user", "location-max-age", "location-min-interval", "location-priority", "track-changes",
        "track-changes-reasons",
    ),
}  # fmt: skip
_NUMBERS = frozenset({
    "start", "end", "step", "tick_interval", "placeholder", "rows", "max-pixels", "capture-accuracy",
    "warning-accuracy",
})  # fmt: skip

UNREADABLE = N_("The parameters cannot be read. Write them as in this example: {example}")
UNKNOWN = N_("Questions of type {type} have no parameter {parameter}. There are: {known}.")
UNKNOWN_NEAR = N_("Questions of type {type} have no parameter {parameter}. Did you mean {near}?")
NO_NUMBER = N_("The parameter {parameter} must be a number; {value} is none.")
NO_WIDTH = N_("The parameter {parameter} must be a number above 0.")
TOO_WIDE = N_("The parameter {parameter} is larger than the whole scale, which goes from {start} to {end}.")
TRUE_FALSE = N_("The parameter {parameter} is true or false; {value} is neither.")
SEED_WRONG = N_("The parameter seed is a number or a question, as in this example: {example}")
SEED_ALONE = N_("The parameter seed has a meaning only together with randomize=true.")
NO_LABELS = N_("There is no list of choices named {list} for the marks of the scale.")


def parameters_of(row: Row) -> dict[str, str] | None:
    """The parameters of a row, None where they cannot be read."""
    written = row.get("parameters")
    pairs = _PAIR.findall(written)
    if _PAIR.sub("", written).strip(" \t\r\n,;"):
        return None
    return {name.lower(): value for name, value in pairs}


def allowed(row: Row, kind: RowType) -> tuple[str, ...]:
    """The parameters that a type knows, () where it has none."""
    if kind.kind in SELECTS:
        return (*_SELECT, "value", "label") if kind.origin == "file" else _SELECT
    return _BY_TYPE.get(kind.kind, _BY_TYPE.get(row.get("type"), ()))


def parameter_faults(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    """Parameters that cannot be read, do not belong to the type, or have no fitting value."""
    if not row.get("parameters"):
        return
    given = parameters_of(row)
    known = allowed(row, kind)
    if given is None:
        yield at(row, "parameters", UNREADABLE, example="start=1 end=10 step=1")
        return
    for name in given if known else ():
        if name not in known:
            near = nearest(name, known)
            values = {"type": row.get("type"), "parameter": name, "near": near, "known": ", ".join(known)}
            yield at(row, "parameters", UNKNOWN_NEAR if near else UNKNOWN, **values)
    for name, value in given.items():
        if name in known and name in _NUMBERS and _number(value) is None:
            yield at(row, "parameters", NO_NUMBER, parameter=name, value=value)
    if kind.kind == "range":
        yield from _range_faults(book, row, given)
    if kind.kind in SELECTS:
        yield from _random_faults(row, given)


def _range_faults(book: Book, row: Row, given: dict[str, str]) -> Iterator[FormError]:
    start, end = _number(given.get("start", "1")), _number(given.get("end", "10"))
    for name in _WIDTHS:
        width = _number(given.get(name, "1"))
        if width is None or name not in given:
            continue
        if width <= 0:
            yield at(row, "parameters", NO_WIDTH, parameter=name)
        elif start is not None and end is not None and width > abs(end - start):
            yield at(row, "parameters", TOO_WIDE, parameter=name, start=str(start), end=str(end))
    listed = given.get("tick_labelset")
    if listed and listed not in book.lists:
        yield at(row, "parameters", NO_LABELS, list=listed)


def _random_faults(row: Row, given: dict[str, str]) -> Iterator[FormError]:
    random, seed = given.get("randomize"), given.get("seed")
    if random is not None and random.lower() not in ("true", "false"):
        yield at(row, "parameters", TRUE_FALSE, parameter="randomize", value=random)
    if seed and random is None:
        yield at(row, "parameters", SEED_ALONE)
    elif seed and not references(seed) and _number(seed) is None:
        yield at(row, "parameters", SEED_WRONG, example="randomize=true seed=${name}")


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
