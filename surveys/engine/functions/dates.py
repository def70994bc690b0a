"""Functions over dates and times, which are texts in ISO 8601.

A date with time is read in its own offset, as it was written: that is where the person was.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError

from surveys.engine.functions.kinds import EPOCH, Function, days, moment, number, text


def today(_: Any, now: str) -> str:
    return now[:10]


def now_(_: Any, now: str) -> str:
    return now


def date(_: Any, value: Any) -> str:
    """The date of a text or of a whole number of days since 1970; blank where there is none."""
    found = _moment(math.trunc(value) if isinstance(value, float) and math.isfinite(value) else value)
    return found.date().isoformat() if found and not _clock_only(value) else ""


def date_time(_: Any, value: Any) -> str:
    found = _moment(value)
    return found.isoformat(timespec="milliseconds") if found and not _clock_only(value) else ""


def decimal_date_time(_: Any, value: Any) -> float:
    """The days since 1970-01-01 (UTC) of a date, a date with time, or a number of days."""
    return value if isinstance(value, float) else days(text(value).strip())


def decimal_time(_: Any, value: Any) -> float:
    """The part of the day that has gone by: 0.5 at noon."""
    found = _moment(value)
    if found is None:
        return math.nan
    return (found.hour * 3600 + found.minute * 60 + found.second + found.microsecond / 1e6) / 86_400


def format_date(_: Any, language: str, value: Any, pattern: Any) -> str:
    """`%Y %y %m %n %b %d %e %H %h %M %S %3 %a` as in the ODK XForms specification, `%W` and `%%` as in JavaRosa.

    Names of months and days are those of the language; other letters after % stay as they are.
    """
    found = _moment(value)
    if found is None:
        return ""
    parts, written, made, at = _parts(found, language), text(pattern), [], 0
    while at < len(written):
        code = written[at : at + 2]
        part = parts.get(code)
        made.append(written[at] if part is None else part)
        at += 1 if part is None else 2
    return "".join(made)


def _parts(found: datetime, language: str) -> dict[str, str]:
    months, weekdays = _names(language)
    return {
        "%Y": f"{found.year:04d}", "%y": f"{found.year % 100:02d}", "%m": f"{found.month:02d}",
        "%n": str(found.month), "%b": months[found.month - 1], "%d": f"{found.day:02d}", "%e": str(found.day),
        "%H": f"{found.hour:02d}", "%h": str(found.hour), "%M": f"{found.minute:02d}", "%S": f"{found.second:02d}",
        "%3": f"{found.microsecond // 1000:03d}", "%a": weekdays[found.weekday()],
        "%W": str(found.isocalendar().week), "%%": "%",
    }  # fmt: skip


@lru_cache(64)
def _names(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The short names of months and of days from Monday on (CLDR); English ones for an unknown language."""
    try:
        locale = Locale.parse(language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    months, weekdays = locale.months["format"]["abbreviated"], locale.days["format"]["abbreviated"]
    return tuple(months[one] for one in range(1, 13)), tuple(weekdays[one] for one in range(7))


def _clock_only(value: Any) -> bool:
    return isinstance(value, list | str) and text(value).strip()[2:3] == ":"


def _moment(value: Any) -> datetime | None:
    """The moment of a text, or of days since 1970 (UTC); None where there is none, or beyond the year 9999."""
    if not isinstance(value, int | float):
        written = text(value).strip()
        found = moment(written)
        if found is not None:
            return found
        value = number(written)
    if isinstance(value, bool):
        return None
    try:
        return EPOCH + timedelta(days=value) if math.isfinite(value) else None
    except OverflowError:
        return None


DATES: dict[str, Function] = {
    "today": Function(today, 0, 0, ("now",), dated=True),
    "now": Function(now_, 0, 0, ("now",), dated=True),
    "date": Function(date, 1, 1, dated=True),
    "date-time": Function(date_time, 1, 1, dated=True),
    "decimal-date-time": Function(decimal_date_time, 1, 1),
    "decimal-time": Function(decimal_time, 1, 1),
    "format-date": Function(format_date, 2, 2, ("language",)),
    "format-date-time": Function(format_date, 2, 2, ("language",)),
}
