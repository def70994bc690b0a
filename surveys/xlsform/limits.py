"""How large a form can be, and which characters its cells can hold.

Whatever is beyond is refused before anything costly reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from core.i18n import N_
from surveys.xlsform.errors import FormError, FormErrors, error

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
LARGEST_TEXT = 5 * MEGABYTE
LARGEST_XLS = 3 * MEGABYTE
UNPACKED = 60 * MEGABYTE
CELLS = 300_000
TAGS = 200_000
ROWS = {
    "survey": 5_000,
    "choices": 50_000,
    "external_choices": 50_000,
    "settings": 100,
    "entities": 1_000,
    "osm": 5_000,
}
COLUMNS = 1_000
LANGUAGES = 50
LONGEST_CELL = 32_767
TEXT = 20_000_000
_TOLD = 100
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

TOO_MANY_ROWS = N_("The sheet {name} has too many rows: at most {limit} are accepted.")
TOO_MANY_COLUMNS = N_("The sheet {name} has too many columns: at most {limit} are accepted.")
TOO_MANY_LANGUAGES = N_("The form has too many languages: at most {limit} are accepted.")
TOO_LONG_CELL = N_("This cell holds too long a text: at most {limit} characters are accepted.")
TOO_MUCH_TEXT = N_("The form holds too much text: at most {limit} characters are accepted.")
UNPRINTABLE = N_("This cell holds an invisible character that cannot be kept. Delete its text and type it anew.")


def refuse_rows(sheet: str, rows: int) -> None:
    """Raises FormErrors where a sheet has more rows than a form can have."""
    limit = ROWS.get(sheet, ROWS["survey"])
    if rows > limit:
        raise FormErrors((error(TOO_MANY_ROWS, sheet, 0, "", name=sheet, limit=str(limit)),))


def refuse_columns(sheet: str, columns: int) -> None:
    """Raises FormErrors where a sheet has more columns than a form can have."""
    if columns > COLUMNS:
        raise FormErrors((error(TOO_MANY_COLUMNS, sheet, 0, "", name=sheet, limit=str(COLUMNS)),))


def refuse_text(characters: int) -> None:
    """Raises FormErrors where all cells together hold more text than a form can have."""
    if characters > TEXT:
        raise FormErrors((error(TOO_MUCH_TEXT, limit=str(TEXT)),))


def refuse_cells(data: Any) -> None:
    """Raises FormErrors for what pyxform has read (a DefinitionData) and no form can hold."""
    for sheet in ROWS:
        refuse_rows(sheet, len(getattr(data, sheet) or ()))
        refuse_columns(sheet, len((getattr(data, f"{sheet}_header") or [{}])[0] or ()))
    refuse_text(sum(len(cell) for sheet in ROWS for row in getattr(data, sheet) or () for cell in row.values()))
    found = tuple(islice((fault for sheet in ROWS for fault in _cell_faults(data, sheet)), _TOLD))
    if found:
        raise FormErrors(found)


def refuse_languages(languages: set[str]) -> None:
    """Raises FormErrors where texts are written in more languages than a form can have."""
    if len(languages) > LANGUAGES:
        raise FormErrors((error(TOO_MANY_LANGUAGES, "survey", 1, "", limit=str(LANGUAGES)),))


def _cell_faults(data: Any, sheet: str) -> Iterator[FormError]:
    rows = [{header: header for header in (getattr(data, f"{sheet}_header") or [{}])[0] or ()}]
    for number, row in enumerate([*rows, *(getattr(data, sheet) or ())], 1):
        for header, cell in row.items():
            if len(cell) > LONGEST_CELL:
                yield error(TOO_LONG_CELL, sheet, number, _shown(header), limit=str(LONGEST_CELL))
            elif _UNPRINTABLE.search(cell):
                yield error(UNPRINTABLE, sheet, number, _shown(header))


def _shown(header: object) -> str:
    return _UNPRINTABLE.sub("\ufffd", str(header))[:100]
