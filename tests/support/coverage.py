"""What of the XLSForm a set of golden dialogues shows: from the cells of their forms, not from their text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from surveys.xlsform.sheets import Row, read_sheets
from tests.support.dialogues import Dialogue


def _words(text: str) -> set[str]:
    return set(text.split())


TYPES = _words(
    """text integer decimal range select_one select_multiple select_one_from_file select_multiple_from_file rank note
    date time dateTime geopoint geotrace geoshape image audio video file barcode acknowledge trigger calculate hidden
    start end today deviceid username audit xml-external csv-external begin_group end_group begin_repeat end_repeat
    or_other"""
)
COLUMNS = _words(
    """relevant constraint constraint_message required required_message calculation trigger choice_filter default
    readonly parameters appearance guidance_hint hint label image big-image audio video repeat_count
    instance_name"""
)
APPEARANCES = _words(
    """minimal autocomplete likert columns-2 columns-3 horizontal quick month-year year multiline field-list table-list
    list-nolabel"""
)
CELLS = {
    "a label that quotes an answer": r"label .*\$\{",
    "a text in another language": r"label::English",
    "a required that depends": r"required \$\{",
    "a default that is computed": r"default .*\(",
    "once()": r"\bonce\(",
    "randomize with a seed": r"randomize=true.*seed=",
    "last-saved": r"\$\{last-saved#",
    "Markdown": r"label .*\*\*",
    "a range with its step": r"parameters start=.*step=",
    "a choice filter over an answer": r"choice_filter .*\$\{",
    "a nested repeat": r"begin_repeat within begin_repeat",
    "jr:choice-name": r"jr:choice-name\(",
    "pulldata": r"pulldata\(",
    "indexed-repeat": r"indexed-repeat\(",
}
"""What shows in a cell, written as `column cell`."""


def missing(dialogues: Iterable[Dialogue]) -> set[str]:
    """What no dialogue shows."""
    shown = [written for dialogue in dialogues for written in _cells(dialogue)]
    types = {word for column, cell in shown if column == "type" for word in (cell.split() or [""])[:1]}
    types |= {"or_other" for column, cell in shown if column == "type" and cell.endswith(" or_other")}
    columns = {re.split("::", column)[0] for column, cell in shown if cell}
    appearances = {word for column, cell in shown if column == "appearance" for word in cell.split()}
    written = [f"{column} {cell}" for column, cell in shown]
    unseen = {name for name, pattern in CELLS.items() if not any(re.search(pattern, one) for one in written)}
    return (TYPES - types) | (COLUMNS - columns) | (APPEARANCES - appearances) | unseen


def _cells(dialogue: Dialogue) -> Iterator[tuple[str, str]]:
    """Column and cell of every row of the form, and what stands within what."""
    sheets = read_sheets("md", dialogue.form_text.encode())
    open_: list[str] = []
    for row in sheets.survey:
        yield from _of_row(row)
        kind = row.get("type").strip().replace(" ", "_")
        if kind.startswith("begin_"):
            yield from ((kind, f"within {one}") for one in open_)
            open_.append(kind)
        elif kind.startswith("end_"):
            open_.pop()
    for row in sheets.choices:
        yield from _of_row(row)
    yield from ((name, str(value)) for name, value in (sheets.data.settings or [{}])[0].items())


def _of_row(row: Row) -> Iterator[tuple[str, str]]:
    for (column, language), cell in row.cells.items():
        name = f"{column}::{language}" if language else column
        yield name, re.sub(r"^(begin|end) ", r"\1_", cell)
