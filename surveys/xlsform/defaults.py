"""The column default: does what is filled in beforehand fit the question?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from core.i18n import N_
from surveys.xlsform.book import Book, at
from surveys.xlsform.errors import FormError
from surveys.xlsform.near import nearest
from surveys.xlsform.rowtypes import SELECTS, RowType
from surveys.xlsform.sheets import Row

_DYNAMIC_BINDS = {"integer": "int", "decimal": "decimal", "date": "date", "dateTime": "dateTime"}
_WHOLE = re.compile(r"[+-]?\d{1,18}(\.0*)?")
_DECIMAL = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?")
_POINT = re.compile(r"-?\d+(\.\d+)?(\s+-?\d+(\.\d+)?){1,3}")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?")

NOT_FITTING = N_("The default {value} is no {type}. Write it as in this example: {example}")
NO_CHOICE = N_("The default {value} is no choice of the list {list}. Write the name of one of its choices.")
NO_CHOICE_NEAR = N_("The default {value} is no choice of the list {list}. Did you mean {near}?")
_EXAMPLES = {
    "integer": "12", "decimal": "1.5", "range": "5", "date": "2024-05-31", "time": "14:30",
    "dateTime": "2024-05-31T14:30:00", "geopoint": "45.07 7.69",
}  # fmt: skip


def is_dynamic(row: Row, kind: RowType) -> bool:
    """Whether a default is an expression, by the rule of pyxform."""
    from pyxform.utils import default_is_dynamic  # noqa: PLC0415 - a second to import

    return bool(default_is_dynamic(row.get("default"), _DYNAMIC_BINDS.get(kind.kind, kind.kind)))


def default_faults(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    """A fixed default that does not fit the type, or that names no choice."""
    value = row.get("default")
    if not value or is_dynamic(row, kind):
        return
    if kind.kind in SELECTS and kind.origin == "choices" and kind.listed in book.lists:
        yield from _choice_faults(book, row, kind, value)
    elif not _fits(kind.kind, value):
        yield at(row, "default", NOT_FITTING, value=value, type=row.get("type"), example=_EXAMPLES[kind.kind])


def _choice_faults(book: Book, row: Row, kind: RowType, value: str) -> Iterator[FormError]:
    names = book.lists[kind.listed] | ({"other"} if kind.other else set())
    for one in [value] if kind.kind == "select_one" else dict.fromkeys(value.split()):
        if one not in names:
            near = nearest(one, names)
            values = {"value": one, "list": kind.listed, "near": near}
            yield at(row, "default", NO_CHOICE_NEAR if near else NO_CHOICE, **values)


def _fits(kind: str, value: str) -> bool:
    match kind:
        case "integer":
            return _WHOLE.fullmatch(value) is not None
        case "decimal" | "range":
            return _DECIMAL.fullmatch(value) is not None
        case "geopoint":
            return _POINT.fullmatch(value) is not None
        case "date" | "time" | "dateTime":
            return _is_moment(kind, value)
    return True


def _is_moment(kind: str, value: str) -> bool:
    try:
        if kind == "date":
            date.fromisoformat(value[:10])
            return len(value) == len("2024-05-31") or _MIDNIGHT.fullmatch(value[10:]) is not None
        if kind == "time":
            time.fromisoformat(value)
        else:
            datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
