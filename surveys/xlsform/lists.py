"""Lists of choices, and the questions that choose from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from core.i18n import N_
from surveys.xlsform.book import Book, at, references
from surveys.xlsform.errors import FormError, error
from surveys.xlsform.near import nearest
from surveys.xlsform.rowtypes import SELECTS, RowType
from surveys.xlsform.sheets import Row

_SHOWN = ("label", "image", "big-image", "audio", "video")
_COLUMN = re.compile(r"[^\W\d][\w.-]*(?:\s.*)?")  # pyxform leaves out columns with blanks
_DATA_FILES = (".csv", ".xml", ".geojson")

NO_LIST = N_("There is no list of choices named {list}. Write it on the sheet named choices.")
NO_LIST_NEAR = N_("There is no list of choices named {list}. Did you mean {near}?")
LIST_UNNAMED = N_("Write after {type} the name of a list of choices, as in this example: {type} colours")
NO_EXTERNAL = N_("There is no list of choices named {list} on the sheet named external_choices.")
NO_DATA_FILE = N_("{list} is no data file. Write a name that ends in .csv, .xml or .geojson.")
NO_REPEAT_QUESTION = N_("There is no question named {list} to choose among the answers of.")
OTHER_FILTERED = N_("With or_other there can be no choice_filter. Write the choice other into the list instead.")
CHOICE_NO_LABEL = N_("The choice {name} of the list {list} has no label.")
CHOICE_NO_NAME = N_("A choice of the list {list} has no name.")
CHOICE_TWICE = N_("The list {list} has the choice {name} twice.")
CHOICE_BLANK = N_("The choice name {name} holds a blank. Where several can be chosen, write it without.")
BAD_COLUMN = N_("The column {header} cannot be used: write letters, digits and underscores, starting with a letter.")
UNKNOWN_REF = N_("There is no question named {name}.")
UNKNOWN_REF_NEAR = N_("There is no question named {name}. Did you mean {near}?")


def list_faults(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    """What is wrong with where a question takes its choices from."""
    listed = kind.listed
    if kind.kind == "loop" and listed not in book.lists:
        yield _no_list(book, row, listed)
    if kind.kind not in SELECTS:
        return
    if not listed:
        yield at(row, "type", LIST_UNNAMED, type=row.get("type"))
    elif kind.origin == "file":
        if PurePath(listed).suffix not in _DATA_FILES:
            yield at(row, "type", NO_DATA_FILE, list=listed)
    elif kind.origin == "external":
        if listed not in book.external:
            yield at(row, "type", NO_EXTERNAL, list=listed)
    elif kind.origin == "repeat":
        if not references(listed).keys() & book.names:
            yield at(row, "type", NO_REPEAT_QUESTION, list=listed)
    elif listed not in book.lists:
        yield _no_list(book, row, listed)
    if kind.other and row.get("choice_filter"):
        yield at(row, "choice_filter", OTHER_FILTERED)


def choice_faults(book: Book) -> Iterator[FormError]:
    """What is wrong on the sheet named choices."""
    twice = book.sheets.setting("allow_choice_duplicates").lower() in ("yes", "true")
    seen: set[tuple[str, str]] = set()
    for (column, _), header in book.sheets.headers("choices").items():
        if not _COLUMN.fullmatch(column):
            yield error(BAD_COLUMN, "choices", 1, header, header=header)
    for row in book.sheets.choices:
        listed, name = row.get("list_name"), row.get("name")
        if not listed:
            continue
        if not name:
            yield _in_choices(row, "name", CHOICE_NO_NAME, list=listed)
            continue
        if not any(column in _SHOWN for column, _ in row.cells):
            yield _in_choices(row, "label", CHOICE_NO_LABEL, name=name, list=listed)
        if listed in book.several and len(name.split()) > 1:
            yield _in_choices(row, "name", CHOICE_BLANK, name=name)
        if (listed, name) in seen and not twice:
            yield _in_choices(row, "name", CHOICE_TWICE, name=name, list=listed)
        seen.add((listed, name))
        for (column, _), cell in row.cells.items():
            if column == "label":
                yield from unknown_references(book, cell, "choices", row, column)


def unknown_references(book: Book, cell: str, sheet: str, row: Row, column: str) -> Iterator[FormError]:
    """The questions that a cell quotes and that do not exist."""
    for name in references(cell):
        if name not in book.names:
            near = nearest(name, book.names)
            text = UNKNOWN_REF_NEAR if near else UNKNOWN_REF
            yield error(text, sheet, row.number, row.header(column), name=name, near=near)


def _no_list(book: Book, row: Row, listed: str) -> FormError:
    near = nearest(listed, book.lists)
    return at(row, "type", NO_LIST_NEAR if near else NO_LIST, list=listed, near=near)


def _in_choices(row: Row, column: str, text: str, **values: str) -> FormError:
    return error(text, "choices", row.number, row.header(column), **values)
