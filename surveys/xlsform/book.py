"""What a form's sheets name: questions, lists of choices, data files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from surveys.xlsform.data import ENDINGS
from surveys.xlsform.errors import FormError, error
from surveys.xlsform.rowtypes import RowType, active, read_type
from surveys.xlsform.sheets import Row, Sheets

_REFERENCE = re.compile(r"\$\{([^${}]*)\}")
QUOTES = str.maketrans("‘’“”", "''\"\"")  # pyxform mends them too


@dataclass(frozen=True)
class Book:
    """The sheets with an index of their names.

    `rows` are the rows in use with their types, `lists` the choice names by list, `external`
    the lists of the sheet external_choices, `files` the data files sent with the form (None:
    nobody knows which) and `declared` those it names, both without their endings.
    """

    sheets: Sheets
    rows: tuple[tuple[Row, RowType], ...]
    names: frozenset[str]
    lists: dict[str, set[str]]
    external: frozenset[str]
    files: frozenset[str] | None = None
    declared: frozenset[str] = frozenset()
    several: frozenset[str] = field(default=frozenset())
    """The lists of which several choices are kept in one answer, parted by blanks."""


def open_book(sheets: Sheets, files: Collection[str] | None = None) -> Book:
    """An index of the sheets; `files` are the names of the data files sent with the form, where they are known."""
    rows = tuple((row, read_type(row)) for row in active(sheets.survey))
    lists: dict[str, set[str]] = {}
    for row in sheets.choices:
        lists.setdefault(row.get("list_name"), set()).add(row.get("name"))
    lists.pop("", None)
    external = (row.get("list_name") or row.get("list name") for row in sheets.rows("external_choices"))
    return Book(
        sheets,
        rows,
        frozenset(_names(rows)),
        lists,
        frozenset(external),
        None if files is None else frozenset(_data_files(files)),
        frozenset(_declared(rows)),
        frozenset(kind.listed for _, kind in rows if kind.kind in ("select_multiple", "rank")),
    )


def _data_files(files: Collection[str]) -> Iterator[str]:
    """The names of data files without their endings; a picture is none."""
    paths = (PurePath(one) for one in files)
    yield from (path.stem for path in paths if path.suffix.lower() not in ENDINGS)


def has_data(book: Book, name: str) -> bool:
    """Whether a data file was sent with the form; of files nobody knows of, whether the form names it."""
    return name in (book.declared if book.files is None else book.files)


def references(cell: str) -> dict[str, None]:
    """The questions a cell quotes as ${name}, each once."""
    return dict.fromkeys(_named(found) for found in _REFERENCE.findall(cell))


def plain_expression(cell: str) -> str:
    """An expression with paths in the place of ${name}, as the engine reads it."""
    return _REFERENCE.sub(lambda match: f" /data/{_named(match[1])} ", cell.translate(QUOTES))


def at(row: Row, column: str, text: str, **values: str) -> FormError:
    """A fault in a row of the sheet named survey."""
    return error(text, "survey", row.number, row.header(column), **values)


def _named(written: str) -> str:
    return written.strip().removeprefix("last-saved#").strip()


def _names(rows: tuple[tuple[Row, RowType], ...]) -> Iterator[str]:
    for row, kind in rows:
        name = row.get("name")
        if name:
            yield name
            if kind.other:
                yield f"{name}_other"
            if kind.kind == "repeat":
                yield f"{name}_count"


def _declared(rows: tuple[tuple[Row, RowType], ...]) -> Iterator[str]:
    for row, kind in rows:
        if kind.kind == "external":
            yield row.get("name")
        elif kind.origin == "file":
            yield PurePath(kind.listed).stem
