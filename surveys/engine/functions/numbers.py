"""Functions over numbers."""

from __future__ import annotations

import math
import random as randoms
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from surveys.engine.functions.kinds import Function, number, texts


def as_number(_: Any, value: Any) -> float:
    return number(value)


def int_(_: Any, value: Any) -> float:
    found = number(value)
    return float(math.trunc(found)) if math.isfinite(found) else math.nan


def round_(_: Any, value: Any, places: Any = 0.0) -> float:
    """Rounded half away from zero to a number of decimal places (negative: tens, hundreds)."""
    found, digits = number(value), number(places)
    if not math.isfinite(found) or not math.isfinite(digits) or abs(digits) > 30:
        return math.nan
    step = Decimal(1).scaleb(-int(digits))
    return float((Decimal(repr(found)) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def pow_(_: Any, base: Any, exponent: Any) -> float:
    try:
        return float(number(base) ** number(exponent))
    except (OverflowError, ZeroDivisionError, TypeError):
        return math.nan


def _many(values: tuple[Any, ...]) -> list[float]:
    """The numbers among the arguments; blanks do not count."""
    return [number(one) for one in texts(values) if one.strip()]


def sum_(_: Any, *values: Any) -> float:
    return math.fsum(_many(values)) if all(map(math.isfinite, _many(values))) else math.nan


def min_(_: Any, *values: Any) -> float:
    found = _many(values)
    return min(found) if found else math.nan


def max_(_: Any, *values: Any) -> float:
    found = _many(values)
    return max(found) if found else math.nan


def random(context: Any, now: str) -> float:
    """From 0 to 1; the same for the same node at the same moment, so that a replay agrees."""
    node = context.context_node
    return randoms.Random(now + node.getroottree().getpath(node)).random()


def _plain(function: Any) -> Any:
    def call(_: Any, value: Any) -> float:
        try:
            return float(function(number(value)))
        except (ValueError, OverflowError):
            return math.nan

    return call


NUMBERS: dict[str, Function] = {
    "number": Function(as_number, 1, 1),
    "int": Function(int_, 1, 1),
    "round": Function(round_, 1, 2),
    "floor": Function(None, 1, 1),
    "ceiling": Function(None, 1, 1),
    "pow": Function(pow_, 2, 2),
    "sum": Function(sum_, 1),
    "min": Function(min_, 1),
    "max": Function(max_, 1),
    "random": Function(random, 0, 0, ("moment",)),
    "pi": Function(lambda _: math.pi, 0, 0),
    "atan2": Function(lambda _, y, x: math.atan2(number(y), number(x)), 2, 2),
    **{
        name: Function(_plain(getattr(math, function)), 1, 1)
        for name, function in {
            "abs": "fabs", "sqrt": "sqrt", "exp": "exp", "exp10": "exp2", "log": "log", "log10": "log10",
            "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan",
        }.items()
    },
}  # fmt: skip
NUMBERS["exp10"] = Function(lambda _, value: pow_(_, 10.0, value), 1, 1)
