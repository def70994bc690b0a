"""Functions that choose or decide."""

from __future__ import annotations

import math
from typing import Any

from surveys.engine.functions.kinds import Function, elements, items, number, text, truth


def if_(_: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    chosen = then if truth(condition) else otherwise
    return text(chosen) if isinstance(chosen, list) else chosen


def coalesce(_: Any, *values: Any) -> str:
    return next((found for found in map(text, values) if found), "")


def once(context: Any, value: Any) -> str:
    """The node's own value if there is one, else the argument's."""
    return text(elements([context.context_node])) or text(value)


def boolean_from_string(_: Any, value: Any) -> bool:
    return text(value) in ("1", "true")


def checklist(_: Any, least: Any, most: Any, *values: Any) -> bool:
    """Whether the number of true values lies within bounds (-1: no bound)."""
    return _within(sum(map(_true, items(values))), least, most)


def weighted_checklist(_: Any, least: Any, most: Any, *pairs: Any) -> bool:
    """Whether the weights of the true values sum up within bounds; false where one lacks its weight."""
    weights = []
    if len(pairs) % 2:
        return False
    for value, weight in zip(pairs[::2], pairs[1::2], strict=True):
        answers, given = items((value,)), items((weight,))
        if len(answers) != len(given):
            return False
        weights += [number(one) for answer, one in zip(answers, given, strict=True) if _true(answer)]
    return _within(sum(weights), least, most)


def _true(value: Any) -> bool:
    """Blanks and zeros do not count."""
    if isinstance(value, str):
        return bool(value.strip()) and number(value) != 0
    return truth(value)


def _within(found: float, least: Any, most: Any) -> bool:
    low, high = number(least), number(most)
    low, high = -math.inf if low == -1 else low, math.inf if high == -1 else high
    return low <= found <= high


LOGIC: dict[str, Function] = {
    "if": Function(if_, 3, 3),
    "coalesce": Function(coalesce, 1),
    "once": Function(once, 1, 1),
    "not": Function(None, 1, 1),
    "true": Function(None, 0, 0),
    "false": Function(None, 0, 0),
    "boolean": Function(None, 1, 1),
    "boolean-from-string": Function(boolean_from_string, 1, 1),
    "checklist": Function(checklist, 2),
    "weighted-checklist": Function(weighted_checklist, 2),
}
