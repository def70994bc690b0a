"""What a function is, and how XPath's values become Python's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

MANY = 1_000
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Function:
    """A function with its least and greatest number of arguments.

    `call` is None for those that lxml itself has. `world` names the variables that the
    rewriter passes before the written arguments: "now", "language", and "moment", which is now
    for functions that are not computed again because time goes by.
    """

    call: Callable[..., Any] | None
    least: int = 0
    most: int = MANY
    world: tuple[str, ...] = ()
    dated: bool = False  # gives a date or a time as text


def text(value: Any) -> str:
    """An XPath value as a string; of nodes the first one's."""
    if isinstance(value, list):
        if not value:
            return ""
        value = value[0]
        return str(value) if isinstance(value, str) else "".join(value.itertext())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def texts(values: tuple[Any, ...]) -> list[str]:
    """All strings of some arguments, every node of a node-set on its own."""
    found: list[str] = []
    for value in values:
        found.extend(text([one]) for one in value) if isinstance(value, list) else found.append(text(value))
    return found


def number_text(value: float) -> str:
    """A number as XForms writes it: 3, 2.5; blank where it is not a number."""
    if math.isnan(value) or math.isinf(value):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def number(value: Any) -> float:
    """An XPath value as a number; dates as days since 1970 (ODK XForms, `number`)."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float):
        return float(value)
    written = text(value).strip()
    if not written:
        return math.nan
    try:
        return float(written) if "_" not in written else math.nan
    except ValueError:
        return days(written)


def days(written: str) -> float:
    """The days since 1970-01-01 (UTC) of a date, a date with time, or a time of day."""
    try:
        if len(written) == 10:
            return float((date.fromisoformat(written) - EPOCH).days)
        if len(written) > 10 and written[4:5] == "-":
            moment = datetime.fromisoformat(written)
            return _utc(moment).timestamp() / 86_400
        if written[2:3] == ":":
            clock = datetime.fromisoformat(f"1970-01-01T{written}").replace(tzinfo=UTC)
            return clock.timestamp() / 86_400
    except ValueError:
        pass
    return math.nan


def truth(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value)
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
