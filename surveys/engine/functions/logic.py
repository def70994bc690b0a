"""Functions that choose or decide."""

from __future__ import annotations

from typing import Any

from surveys.engine.functions.kinds import Function, number, text, truth


def if_(_: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    chosen = then if truth(condition) else otherwise
    return text(chosen) if isinstance(chosen, list) else chosen


def coalesce(_: Any, *values: Any) -> str:
    return next((found for found in map(text, values) if found), "")


def once(context: Any, value: Any) -> str:
    """The node's own value if there is one, else the argument's."""
    return context.context_node.text or text(value)


def boolean_from_string(_: Any, value: Any) -> bool:
    return text(value) in ("1", "true")


def _true(value: Any) -> bool:
    return text(value) in ("1", "true") if isinstance(value, list | str) else truth(value)


def checklist(_: Any, least: Any, most: Any, *values: Any) -> bool:
    """Whether the number of true values lies within bounds (-1: no bound)."""
    return _within(sum(map(_true, values)), least, most)


def weighted_checklist(_: Any, least: Any, most: Any, *pairs: Any) -> bool:
    weights = (number(weight) for value, weight in zip(pairs[::2], pairs[1::2], strict=False) if _true(value))
    return _within(sum(weights), least, most)


def _within(found: float, least: Any, most: Any) -> bool:
    low, high = number(least), number(most)
    return (low < 0 or found >= low) and (high < 0 or found <= high)


LOGIC: dict[str, Function] = {
    "if": Function(if_, 3, 3),
    "coalesce": Function(coalesce, 2),
    "once": Function(once, 1, 1),
    "not": Function(None, 1, 1),
    "true": Function(None, 0, 0),
    "false": Function(None, 0, 0),
    "boolean": Function(None, 1, 1),
    "boolean-from-string": Function(boolean_from_string, 1, 1),
    "checklist": Function(checklist, 3),
    "weighted-checklist": Function(weighted_checklist, 4),
}
