"""What a function is, and how XPath's values become Python's."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

MANY = 1_000
LONGEST = 100_000  # characters of a text that a function makes
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)")  # XPath 1.0 section 4.4: no exponent, no plus
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")


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
    """An XPath value as a string, blank where it is not a number; of nodes the first one's."""
    if isinstance(value, list):
        return _node_text(value[0]) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value) or _infinite(value)
    return str(value)


def texts(values: tuple[Any, ...]) -> list[str]:
    """All strings of some arguments, every node of a node-set on its own."""
    found: list[str] = []
    for value in values:
        found.extend(map(_node_text, value)) if isinstance(value, list) else found.append(text(value))
    return found


def items(values: tuple[Any, ...]) -> list[Any]:
    """All values of some arguments, every node of a node-set as its string."""
    found: list[Any] = []
    for value in values:
        found.extend(map(_node_text, value)) if isinstance(value, list) else found.append(value)
    return found


def elements(value: Any) -> list[Any]:
    """The elements among the nodes of a value; none where it is not a node-set."""
    return [node for node in value if isinstance(node, etree._Element)] if isinstance(value, list) else []


def number_text(value: float) -> str:
    """A number as XForms keeps it: 3, 2.5, never with an exponent; blank where it is not one."""
    if not math.isfinite(value):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    written = repr(value)
    return format(Decimal(written), "f").removesuffix(".0") if "e" in written else written


def number(value: Any) -> float:
    """An XPath value as a number; dates as days since 1970 (ODK XForms, `number`)."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, int | float):
        return float(value)
    written = text(value).strip()
    return float(written) if _NUMBER.fullmatch(written) else days(written)


def whole(value: Any) -> int:
    """A number cut to a whole one within 32 bits, 0 where it is none: Java's `intValue`, as JavaRosa has it."""
    found = number(value)
    return 0 if math.isnan(found) else int(max(-2_147_483_648.0, min(found, 2_147_483_647.0)))


def days(written: str) -> float:
    """The days since 1970-01-01 (UTC) of a date, a date with time, or a time of day."""
    found = moment(written)
    if found is None:
        return math.nan
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (aware - EPOCH) / timedelta(days=1)


def moment(written: str) -> datetime | None:
    """The moment that a date, a date with time or a time of day (of 1970-01-01) means; None for other texts.

    Its offset is the one that is written, none where none is. Months and days may have one digit.
    """
    day, found, rest = _DATE.match(written), date(1970, 1, 1), written
    try:
        if day:
            found, rest = date(*map(int, day.groups())), written[day.end() :] or "T00:00"
            if rest[0] not in "T ":
                return None
            rest = rest[1:]
        clock = _CLOCK.fullmatch(rest)
        return datetime.fromisoformat(f"{found.isoformat()}T{_padded(clock)}") if clock else None
    except ValueError:
        return None


def _padded(clock: re.Match[str]) -> str:
    hour, minute, second, fraction, offset = clock.groups()
    return f"{hour}:{minute}:{second or '00'}.{(fraction or '')[:6]:0<6}{offset or ''}"


def truth(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value)
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def _node_text(node: Any) -> str:
    if isinstance(node, etree._Element):
        return "".join(map(str, node.itertext()))
    return str(node[1]) if isinstance(node, tuple) else str(node)  # a namespace is a pair: its prefix, its name


def _infinite(value: float) -> str:
    return "" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
