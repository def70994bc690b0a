"""Functions over dates and times, which are texts in ISO 8601."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from surveys.engine.functions.kinds import Function, days, number, text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def today(_: Any, now: str) -> str:
    return now[:10]


def now_(_: Any, now: str) -> str:
    return now


def date(_: Any, value: Any) -> str:
    """The date of a text or of a number of days since 1970; blank where there is none."""
    moment = _moment(value)
    return moment.date().isoformat() if moment else ""


def date_time(_: Any, value: Any) -> str:
    moment = _moment(value)
    return moment.isoformat(timespec="milliseconds") if moment else ""


def decimal_date_time(_: Any, value: Any) -> float:
    return value if isinstance(value, float) else days(text(value))


def decimal_time(_: Any, value: Any) -> float:
    moment = _moment(value)
    if moment is None:
        return math.nan
    return (moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6) / 86_400


def format_date(_: Any, value: Any, pattern: Any) -> str:
    """`%Y %y %m %n %b %d %e %H %h %M %S %3 %a %W` as in the ODK XForms specification."""
    moment = _moment(value)
    if moment is None:
        return ""
    written, made, at = text(pattern), [], 0
    while at < len(written):
        letter = written[at + 1 : at + 2] if written[at] == "%" else ""
        made.append(_part(moment, letter) if letter else written[at])
        at += 2 if letter else 1
    return "".join(made)


def _part(moment: datetime, letter: str) -> str:
    parts = {
        "Y": f"{moment.year:04d}", "y": f"{moment.year % 100:02d}", "m": f"{moment.month:02d}",
        "n": str(moment.month), "b": moment.strftime("%b"), "d": f"{moment.day:02d}", "e": str(moment.day),
        "H": f"{moment.hour:02d}", "h": str(moment.hour), "M": f"{moment.minute:02d}", "S": f"{moment.second:02d}",
        "3": f"{moment.microsecond // 1000:03d}", "a": moment.strftime("%a"), "W": f"{moment.isocalendar().week:02d}",
        "%": "%",
    }  # fmt: skip
    return parts.get(letter, "")


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, float):
        written = text(value).strip()
        try:
            if written[2:3] == ":":
                written = f"1970-01-01T{written}"
            return datetime.fromisoformat(written)
        except ValueError:
            value = number(written)
    try:
        return _EPOCH + timedelta(days=value) if math.isfinite(value) else None
    except OverflowError:
        return None


DATES: dict[str, Function] = {
    "today": Function(today, 0, 0, ("now",), dated=True),
    "now": Function(now_, 0, 0, ("now",), dated=True),
    "date": Function(date, 1, 1, dated=True),
    "date-time": Function(date_time, 1, 1, dated=True),
    "decimal-date-time": Function(decimal_date_time, 1, 1),
    "decimal-time": Function(decimal_time, 1, 1),
    "format-date": Function(format_date, 2, 2),
    "format-date-time": Function(format_date, 2, 2),
}
