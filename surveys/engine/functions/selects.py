"""Functions over selected choices (values separated by blanks)."""

from __future__ import annotations

from typing import Any

from surveys.engine.functions.kinds import Function, number, text


def selected(_: Any, values: Any, value: Any) -> bool:
    """Whether a value is among those chosen; the blank value is where nothing is."""
    wanted, chosen = text(value).strip(), text(values).split()
    return wanted in chosen if wanted else not chosen


def selected_at(_: Any, values: Any, index: Any) -> str:
    """The value at an index from 0; blank where none stands there."""
    found, at = text(values).split(), number(index)
    return found[int(at)] if 0 <= at < len(found) else ""


def count_selected(_: Any, values: Any) -> float:
    return float(len(text(values).split()))


SELECTS: dict[str, Function] = {
    "selected": Function(selected, 2, 2),
    "is-selected": Function(selected, 2, 2),  # JavaRosa's other name for it
    "selected-at": Function(selected_at, 2, 2),
    "count-selected": Function(count_selected, 1, 1),
}
