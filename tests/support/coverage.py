"""What of the XLSForm a set of golden dialogues shows: from the cells of their forms, not from their text.

The row of a question counts only where the dialogue comes to it: a type that keeps a value has it among the
answers at the end, which every door compares with what is in its database; what is only read is asked.
"""

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
UNASKED = _words("audit xml-external csv-external begin_group end_group begin_repeat end_repeat")
"""What neither is asked nor keeps a value."""
COLUMNS = _words(
    """relevant constraint constraint_message required required_message calculation trigger choice_filter default
    readonly parameters appearance guidance_hint hint label image big-image audio video repeat_count
    instance_name"""
)
APPEARANCES = _words(
    """minimal autocomplete likert columns columns-2 columns-3 horizontal quick month-year year multiline field-list
    table-list list-nolabel"""
)
CELLS = {
    "a label that quotes an answer": r"label .*\$\{",
    "a hint that quotes an answer": r"hint\S* .*\$\{",
    "a text in another language": r"label::English",
    "choices of a CSV file": r"type select_\S+ \S+\.csv",
    "choices of an XML file": r"type select_\S+ \S+\.xml",
    "choices of a GeoJSON file": r"type select_\S+ \S+\.geojson",
    "a required that depends": r"required \$\{",
    "a default that is computed": r"default .*\(",
    "a default that is fixed": r"default [\w ]+$",
    "read only always": r"readonly yes",
    "read only sometimes": r"readonly .*\$\{",
    "once()": r"\bonce\(",
    "randomize with a seed": r"randomize=true.*seed=",
    "last-saved": r"\$\{last-saved#",
    "Markdown": r"label .*\*\*",
    "a range with its step": r"parameters start=.*step=",
    "a choice filter over an answer": r"choice_filter .*\$\{",
    "choices cascading twice": r"choice_filter upon a filtered choice",
    "a repeat within a repeat": r"open repeat within",
    "a counted repeat within a repeat": r"counted repeat within",
    "jr:choice-name": r"jr:choice-name\(",
    "pulldata": r"pulldata\(",
    "indexed-repeat": r"indexed-repeat\(",
}
"""What shows in a cell, written as `column cell`."""


def missing(dialogues: Iterable[Dialogue]) -> set[str]:
    """What no dialogue shows."""
    shown = [written for dialogue in dialogues for written in _cells(dialogue)]
    types = {cell.split()[0] for column, cell in shown if column == "type" and cell}
    types |= {"or_other" for column, cell in shown if column == "type" and cell.endswith(" or_other")}
    columns = {column.partition("::")[0] for column, cell in shown if cell}
    appearances = {word for column, cell in shown if column == "appearance" for word in cell.split()}
    written = [f"{column} {cell}" for column, cell in shown]
    unseen = {name for name, pattern in CELLS.items() if not any(re.search(pattern, one) for one in written)}
    return (TYPES - types) | (COLUMNS - columns) | (APPEARANCES - appearances) | unseen


def _cells(dialogue: Dialogue) -> Iterator[tuple[str, str]]:
    """Column and cell of every row that the dialogue comes to, and what follows from several rows."""
    sheets = read_sheets("md", dialogue.form_text.encode())
    rows = [row for row in sheets.survey if _is_met(row, dialogue)]
    for row in (*rows, *sheets.choices):
        for (column, language), cell in row.cells.items():
            yield f"{column}::{language}" if language else column, _kind(cell) if column == "type" else cell
    yield from _nested_repeats(rows)
    filtered = [row for row in rows if row.get("choice_filter")]
    names = [f"${{{row.get('name')}}}" for row in filtered]
    twice = any(name in row.get("choice_filter") for row in filtered for name in names)
    yield "choice_filter", "upon a filtered choice" if twice else ""
    yield from ((name, str(value)) for name, value in (sheets.data.settings or [{}])[0].items())


def _kind(cell: str) -> str:
    return re.sub(r"^(begin|end) ", r"\1_", cell)


def _is_met(row: Row, dialogue: Dialogue) -> bool:
    """Whether the dialogue answers a row, reads it or, where neither is possible, has it."""
    kind = _kind(row.get("type")).partition(" ")[0]
    if kind in UNASKED:
        return True
    expected = (*dialogue.opening, *(one for step in dialogue.steps for one in step.expected))
    asked = [one.name for one in expected if one.what == "question"]
    named = asked if kind == "note" else dialogue.answers
    return any(one.rpartition("/")[2] == row.get("name") for one in named)


def _nested_repeats(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    depth = 0
    for row in rows:
        kind = _kind(row.get("type"))
        if kind == "begin_repeat" and depth:
            yield "counted repeat" if row.get("repeat_count") else "open repeat", "within"
        depth += {"begin_repeat": 1, "end_repeat": -1}.get(kind, 0)
