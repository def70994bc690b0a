"""Values in XForms spelling: cleaned, checked against their type, written for computing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.functions.kinds import number_text
from surveys.engine.places import is_place, points_of

LONGEST = 10_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?")


@dataclass(frozen=True)
class Refused:
    """Why a value does not fit its question."""

    fault: Fault
    values: tuple[tuple[str, str], ...] = ()


def clean(value: str) -> str:
    """Text without control characters (line breaks and tabs stay) and outer blanks."""
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check(question: Question, value: str, offered: tuple[str, ...]) -> str | Refused:
    """The value as it is kept, or why it is not; `offered` are the choices on show now."""
    if len(value) > LONGEST:
        return Refused(Fault.TOO_LONG, (("limit", str(LONGEST)),))
    value = clean(value)
    if not value:
        return ""
    match question.kind:
        case Kind.INTEGER:
            return str(int(value)) if _WHOLE.fullmatch(value) else _not_whole(value)
        case Kind.DECIMAL:
            return _decimal(value)
        case Kind.RANGE:
            return _range(question, value)
        case Kind.SELECT_ONE:
            return value if value in offered else Refused(Fault.NOT_OFFERED)
        case Kind.SELECT_MULTIPLE:
            return _several(value, offered)
        case Kind.RANK:
            return _rank(value, offered)
        case Kind.ACKNOWLEDGE | Kind.NOTE:
            return "OK" if value == "OK" else Refused(Fault.NOT_OFFERED)
        case Kind.DATE | Kind.TIME | Kind.DATETIME:
            return _moment(question.kind, value)
        case Kind.GEOPOINT | Kind.GEOTRACE | Kind.GEOSHAPE:
            return check_place(question.kind, value)
        case _:
            return value


def _not_whole(value: str) -> Refused:
    found = _decimal(value)
    return Refused(Fault.NOT_A_NUMBER if isinstance(found, Refused) else Fault.NOT_WHOLE)


def _decimal(value: str) -> str | Refused:
    if not _DECIMAL.fullmatch(value):
        return Refused(Fault.NOT_A_NUMBER)
    return plain_decimal(Decimal(value))


def plain_decimal(value: Decimal) -> str:
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") or "0" if "." in written else written


def bounds(question: Question) -> tuple[Decimal, Decimal, Decimal]:
    """Start, end and step of a range (XLSForm: 0, 10 and 1 where not given)."""
    try:
        start, end, step = (Decimal(question.parameters.get(*one)) for one in _RANGE)
    except InvalidOperation:
        return Decimal(0), Decimal(10), Decimal(1)
    return start, end, step or Decimal(1)


_RANGE = (("start", "0"), ("end", "10"), ("step", "1"))


def _range(question: Question, value: str) -> str | Refused:
    found = _decimal(value)
    if isinstance(found, Refused):
        return found
    start, end, step = bounds(question)
    given = Decimal(found)
    if not min(start, end) <= given <= max(start, end) or (given - start) % step:
        gaps = (("start", start), ("end", end), ("step", step))
        return Refused(Fault.OUT_OF_RANGE, tuple((name, plain_decimal(bound)) for name, bound in gaps))
    return found


def _several(value: str, offered: tuple[str, ...]) -> str | Refused:
    chosen = set(value.split())
    if not chosen <= set(offered):
        return Refused(Fault.NOT_OFFERED)
    return " ".join(dict.fromkeys(value.split()))


def _rank(value: str, offered: tuple[str, ...]) -> str | Refused:
    ranked = value.split()
    if not set(ranked) <= set(offered):
        return Refused(Fault.NOT_OFFERED)
    if len(ranked) != len(offered) or len(set(ranked)) != len(ranked):
        return Refused(Fault.RANK_INCOMPLETE)
    return " ".join(ranked)


def _moment(kind: Kind, value: str) -> str | Refused:
    try:
        if kind is Kind.DATE:
            return date.fromisoformat(value[:10]).isoformat()
        if kind is Kind.TIME:
            return time.fromisoformat(value).isoformat("milliseconds" if value.count(":") > 1 else "minutes")
        return datetime.fromisoformat(value).isoformat(timespec="milliseconds")
    except ValueError:
        return Refused(Fault.NOT_A_DATE)


def check_place(kind: Kind, value: str) -> str | Refused:
    """A geopoint, geotrace or geoshape (ODK XForms specification, "Data Types")."""
    points = (value,) if kind is Kind.GEOPOINT else points_of(value)
    wrong = next((number for number, point in enumerate(points, 1) if not is_place(point)), 0)
    if wrong:
        return Refused(Fault.NOT_A_PLACE, (("number", str(wrong)),) if kind is not Kind.GEOPOINT else ())
    if kind is Kind.GEOTRACE and len(points) < 2:
        return Refused(Fault.NOT_A_LINE)
    if kind is Kind.GEOSHAPE and (len(set(points[:-1])) < 3 or points[0].split()[:2] != points[-1].split()[:2]):
        return Refused(Fault.NOT_AN_AREA)
    return ";".join(" ".join(point.split()) for point in points)


def written(value: object) -> str:
    """What an expression gave, as a value in XForms spelling."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list):
        return "" if not value else str(value[0]) if isinstance(value[0], str) else "".join(value[0].itertext())
    return str(value)
