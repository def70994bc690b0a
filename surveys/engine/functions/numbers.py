"""Functions over numbers."""

from __future__ import annotations

import math
import random as randoms
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from surveys.engine.functions.kinds import Function, elements, number, texts

_MOST_PLACES = 30
_EXACT = Context(prec=400)  # the digits of the largest number, and of the most places after it


def as_number(context: Any, *value: Any) -> float:
    return number(*value or (elements([context.context_node]),))


def int_(_: Any, value: Any) -> float:
    found = number(value)
    return float(math.trunc(found)) if math.isfinite(found) else found


def round_(_: Any, value: Any, places: Any = 0.0) -> float:
    """Rounded to a number of decimal places (negative: tens, hundreds); a half goes up, as in XPath 1.0."""
    found, digits = number(value), number(places)
    if not math.isfinite(digits) or abs(digits) > _MOST_PLACES:
        return math.nan
    if not math.isfinite(found):
        return found
    halves = ROUND_HALF_DOWN if found < 0 else ROUND_HALF_UP
    step = Decimal(1).scaleb(-int(digits))
    # What repr writes is what was meant: 12.345 is a half, though its binary fraction is not.
    scaled = _EXACT.divide(Decimal(repr(found)), step)
    return float(_EXACT.multiply(scaled.quantize(Decimal(1), halves, _EXACT), step))


def pow_(_: Any, base: Any, exponent: Any) -> float:
    low, high = number(base), number(exponent)
    try:
        return math.pow(low, high)
    except OverflowError:
        return -math.inf if low < 0 and high % 2 == 1 else math.inf
    except ValueError:
        return math.inf if low == 0 else math.nan


def _many(values: tuple[Any, ...]) -> list[float]:
    """The numbers among the arguments; what is blank or no number does not count."""
    return [found for found in map(number, texts(values)) if not math.isnan(found)]


def sum_(_: Any, *values: Any) -> float:
    found = _many(values)
    try:
        return math.fsum(found)
    except (OverflowError, ValueError):
        return sum(found)


def min_(_: Any, *values: Any) -> float:
    return min(_many(values), default=math.nan)


def max_(_: Any, *values: Any) -> float:
    return max(_many(values), default=math.nan)


def random(context: Any, moment: str) -> float:
    """From 0 to 1; the same for the same place of the same node at the same moment, so that a replay agrees."""
    return dice(context, moment).random()


def dice(context: Any, moment: str) -> randoms.Random:
    """A generator for one call of a function: each further call within an expression gets another."""
    node, calls = context.context_node, context.eval_context.get("dice", 0)
    context.eval_context["dice"] = calls + 1
    place = node.getroottree().getpath(node)
    return randoms.Random(f"{moment}{place}{calls or ''}")


def _plain(function: Callable[[float], float], beyond: float = math.nan) -> Callable[[Any, Any], float]:
    """A function of one number; `beyond` is its value at 0 where that is not finite."""

    def call(_: Any, value: Any) -> float:
        found = number(value)
        try:
            return float(function(found))
        except OverflowError:
            return math.inf
        except ValueError:
            return beyond if found == 0 else math.nan

    return call


def _power_of_ten(value: float) -> float:
    return math.pow(10.0, value)


NUMBERS: dict[str, Function] = {
    "number": Function(as_number, 0, 1),
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
    "abs": Function(_plain(math.fabs), 1, 1),
    "sqrt": Function(_plain(math.sqrt), 1, 1),
    "exp": Function(_plain(math.exp), 1, 1),
    "exp10": Function(_plain(_power_of_ten), 1, 1),
    "log": Function(_plain(math.log, -math.inf), 1, 1),
    "log10": Function(_plain(math.log10, -math.inf), 1, 1),
    **{
        name: Function(_plain(function), 1, 1)
        for name, function in {
            "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
        }.items()
    },
}  # fmt: skip
