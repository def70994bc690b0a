"""Which control a question gets, and how its choices are laid out (XLSForm reference, "Appearance")."""

from __future__ import annotations

import re

from surveys.engine.form import Kind
from surveys.engine.prompts import QuestionPrompt

LONG_LIST = 30  # more choices are folded into a box, which scripts make searchable
LONGEST_PICKER = 500
WIDGETS = {
    Kind.NOTE: "note",
    Kind.REPEAT: "repeat",
    Kind.SELECT_ONE: "radio",
    Kind.SELECT_MULTIPLE: "checkbox",
    Kind.RANK: "rank",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "datetime-local",
    Kind.ACKNOWLEDGE: "acknowledge",
    Kind.GEOPOINT: "point",
    Kind.GEOTRACE: "points",
    Kind.GEOSHAPE: "points",
    Kind.IMAGE: "upload",
    Kind.AUDIO: "upload",
    Kind.VIDEO: "upload",
    Kind.FILE: "upload",
}
_SEARCHED = {"autocomplete", "autocomplete_chars", "search"}
_PACKED = {"columns-pack", "horizontal", "horizontal-compact", "compact", "quickcompact"}
_NUMBERED = re.compile(r"(?:columns|compact|quickcompact)-(\d{1,2})")
_MOST_COLUMNS = 6


def widget_for(prompt: QuestionPrompt, steps: tuple[str, ...]) -> str:
    """The control's name; `steps` are the values of a range that are few enough to be shown."""
    if prompt.kind is Kind.NOTE:
        return "note"
    if prompt.readonly:
        return "readonly"
    if prompt.kind is Kind.RANGE:
        return _range(prompt, steps)
    shows = any(one.media for one in prompt.options)  # a drop-down shows words only
    if prompt.kind is Kind.SELECT_ONE and not shows and (is_searched(prompt) or "minimal" in prompt.appearance):
        return "select"
    if prompt.kind is Kind.DATE and prompt.appearance & {"month-year", "year"}:
        return "year" if "year" in prompt.appearance else "month"
    if prompt.kind is Kind.TEXT and ("multiline" in prompt.appearance or "\n" in prompt.value):
        return "textarea"
    return WIDGETS.get(prompt.kind, "text")


def _range(prompt: QuestionPrompt, steps: tuple[str, ...]) -> str:
    if "picker" in prompt.appearance and steps:
        return "select"
    return "scale" if steps else "range"


def longest_scale(prompt: QuestionPrompt, usual: int) -> int:
    """How many steps of a range can be shown."""
    return LONGEST_PICKER if "picker" in prompt.appearance else usual


def is_searched(prompt: QuestionPrompt) -> bool:
    """Whether its choices are many, or are to be found by typing."""
    asked_for = any(word.partition("(")[0] in _SEARCHED for word in prompt.appearance)
    return "list-nolabel" not in prompt.appearance and (asked_for or len(prompt.options) > LONG_LIST)


def layout_of(prompt: QuestionPrompt) -> str:
    """The class that lays out choices, "" for one below the other."""
    if "likert" in prompt.appearance:
        return "likert"
    numbers = (match[1] for word in sorted(prompt.appearance) if (match := _NUMBERED.fullmatch(word)))
    if number := next(numbers, ""):
        return f"columns columns-{min(max(int(number), 1), _MOST_COLUMNS)}"
    if prompt.appearance & _PACKED:
        return "packed"
    return "columns" if "columns" in prompt.appearance else ""
