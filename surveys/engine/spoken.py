"""Values written for people, in their language."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal

from core.days import long_day, write_instant
from core.i18n import babel_locale
from surveys.engine.form import Kind, Question
from surveys.engine.places import points_of
from surveys.engine.spoken_dates import Precision, precision_of

_KNOWN = ("it", "en", "fr")


def say_value(question: Question, value: str, labels: dict[str, str], language: str) -> str:
    """A value as a person reads it; `labels` are those of the choices by value."""
    if not value:
        return ""
    locale = language[:2] if language[:2] in _KNOWN else "it"
    match question.kind:
        case Kind.SELECT_ONE:
            return labels.get(value, value)
        case Kind.SELECT_MULTIPLE:
            return ", ".join(labels.get(one, one) for one in value.split())
        case Kind.RANK:
            return ", ".join(f"{place}. {labels.get(one, one)}" for place, one in enumerate(value.split(), 1))
        case Kind.DECIMAL | Kind.RANGE:
            return _decimal(value, locale)
        case Kind.DATE | Kind.TIME | Kind.DATETIME:
            return say_moment(question.kind, value, locale, precision_of(question.appearance))
        case Kind.ACKNOWLEDGE:
            return "✓"
        case Kind.GEOPOINT | Kind.GEOTRACE | Kind.GEOSHAPE:
            return "; ".join(", ".join(point.split()[:2]) for point in points_of(value))
        case _:
            return value


def _decimal(value: str, locale: str) -> str:
    try:
        return str(format_decimal(Decimal(value), locale=locale, decimal_quantization=False, group_separator=False))
    except InvalidOperation:
        return value


def say_moment(kind: Kind, value: str, language: str, precision: Precision = "day") -> str:
    """A date, time or both as a person reads it; of a date as much as was asked for."""
    language = language[:2] if language[:2] in _KNOWN else "it"
    locale = babel_locale(language)
    try:
        if kind is Kind.DATE and precision != "day":
            skeleton = "yMMMM" if precision == "month" else "y"
            return str(format_skeleton(skeleton, date.fromisoformat(value), locale=locale))
        if kind is Kind.DATE:
            return long_day(date.fromisoformat(value), language)
        if kind is Kind.TIME:
            return str(format_time(time.fromisoformat(value), "short", locale=locale))
        return write_instant(datetime.fromisoformat(value), "long", language)
    except ValueError:
        return value
