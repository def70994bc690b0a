"""The words of the column appearance.

Source: XLSForm reference, "Appearance"; those of the web clients are known too.
"""

from __future__ import annotations

import re

_CALL = re.compile(r"[\w.:-]*\([^)]*\)?")
_NUMBERED = re.compile(r"(columns|compact|w)-?\d{1,2}")
_SEARCHING = frozenset({"autocomplete", "autocomplete_chars", "minimal", "search"})
WORDS = _SEARCHING | {
    "multiline", "numbers", "url", "masked", "printer", "thousands-sep", "counter", "bearing", "hidden-answer",
    "vertical", "no-ticks", "picker", "rating", "horizontal", "distress", "analog-scale", "show-scale",
    "new", "new-front", "selfie", "annotate", "signature", "draw",
    "no-calendar", "month-year", "year", "ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian",
    "buddhist", "placement-map", "maps", "map", "hide-input",
    "quick", "quickcompact", "compact", "columns", "columns-pack", "no-buttons", "horizontal-compact", "likert",
    "image-map", "list", "list-nolabel", "label", "randomized",
    "field-list", "table-list", "pages", "comment", "full-width", "no-collapse", "summary", "intent",
}  # fmt: skip


def words_of(appearance: str) -> list[str]:
    """The words of an appearance, without calls of other programs and of search()."""
    return [word for word in _CALL.sub(" ", appearance).lower().split() if not word.startswith("ex:")]


def is_known(word: str) -> bool:
    return word in WORDS or _NUMBERED.fullmatch(word) is not None


def searches(appearance: str) -> bool:
    """Whether a list is narrowed down by typing, or shown folded."""
    return "search(" in appearance or bool(_SEARCHING & set(words_of(appearance)))
