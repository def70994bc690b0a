"""Reads tables that people made, CSV or XLSX, row by row; nothing in them is trusted."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from core.errors import FileTooLarge
from core.faults import Fault, FileWrong
from core.i18n import N_

MEGABYTE = 1024 * 1024
LARGEST_MB = 50
LARGEST_UNPACKED_MB = 500
LONGEST_CELL = 10_000
MOST_COLUMNS = 200
MOST_ROWS = 500_000
DELIMITERS = ",;\t"
ENCRYPTED = 0x1  # in a ZIP entry's flags (APPNOTE 4.4.4)
DAMAGED = (
    zipfile.BadZipFile, zlib.error, KeyError, IndexError, ValueError, OSError, SyntaxError, RuntimeError, EOFError,
)  # fmt: skip
# A cell that begins so runs as a formula (OWASP, "CSV Injection"; the full-width signs in some locales),
# and so does what follows a semicolon, a tab or a new line where the reader splits at those.
RUNS = r"(?=[=+\-@＝＋－＠])"
DANGER = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n])){RUNS}|(?<=[;\t\r\n])(\"+){RUNS}")
MADE_SAFE = re.compile(rf"^'(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))'{RUNS}|(?<=[;\t\r\n])(\"+)'{RUNS}")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0 holds none of these

KIND = N_("This is not a table: send a CSV or XLSX file.")
BROKEN = N_("The file is damaged and cannot be read. Please save it again and send it anew.")
LOCKED = N_("The file is locked with a password. Please save it without one and send it anew.")
EMPTY = N_("The file is empty. Its first row must name the columns.")
ENCODING = N_("The file is not in UTF-8; it was read as Windows-1252. Please look at the accented letters.")
NUL = N_("The file holds NUL characters: it is no text. Please save it again as CSV or XLSX.")
QUOTES = N_("A quotation mark is opened and not closed, or stands inside a cell. Please save the file again.")
MANY_COLUMNS = N_("The table has more than {most} columns.")
MANY_ROWS = N_("The table has more than {most} rows. Please split it.")
TWICE = N_("The column {name} stands there twice. Please rename or delete one.")
NO_NAME = N_("A column with values has no name in the first row.")
LONG_CELL = N_("The cell is too long: at most {most} characters are accepted.")
FORMULA = N_("The cell holds a formula. Please replace it by its value.")


@dataclass(frozen=True)
class Row:
    """One row; `number` as a spreadsheet shows it, cells by column name."""

    number: int
    cells: dict[str, str]
    faults: tuple[Fault, ...] = ()


@dataclass
class Table:
    """A table that is read once, from its first row to its last; `warnings` stand before that."""

    name: str
    headers: list[str]
    rows: Iterator[Row]
    warnings: list[Fault] = field(default_factory=list)


def read_table(path: Path, name: str = "") -> Table:
    """Opens a table; raises FileTooLarge, and FileWrong where it cannot be read at all."""
    name = name or path.name
    if path.stat().st_size > LARGEST_MB * MEGABYTE:
        raise FileTooLarge(limit=LARGEST_MB)
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PK\x03\x04":
        raw, warnings = _xlsx_rows(path, name), list[Fault]()
    elif path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        raw, warnings = _csv_rows(path, name)
    else:
        raise _wrong(name, 0, KIND)
    numbered = enumerate(raw, 1)
    first = next(((number, cells) for number, cells in numbered if any(cells)), None)
    if first is None:
        raise _wrong(name, 0, EMPTY)
    headers = _headers(first[1], name)
    return Table(name, [header for header in headers if header], _rows(numbered, headers, name), warnings)


def safe_cell(value: str) -> str:
    """Text of which no spreadsheet runs any part as a formula: an apostrophe goes before it.

    `plain_cell` undoes it. What no spreadsheet can hold goes.
    """
    return DANGER.sub(lambda found: f"{found[1] or ''}'", UNWRITABLE.sub("", value))


def plain_cell(value: str) -> str:
    return MADE_SAFE.sub(lambda found: found[1] or "", value)


def _wrong(name: str, line: int, text: str, column: str = "", **values: str) -> FileWrong:
    return FileWrong([Fault(name, line, column, text, values)])


def _headers(cells: Sequence[Any], name: str) -> list[str]:
    headers = [str(cell).strip() if cell is not None else "" for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MOST_COLUMNS:
        raise _wrong(name, 1, MANY_COLUMNS, most=str(MOST_COLUMNS))
    seen: set[str] = set()
    faults = []
    for header in filter(None, headers):
        if header.casefold() in seen:
            faults.append(Fault(name, 1, header[:60], TWICE, {"name": header[:60]}))
        seen.add(header.casefold())
    if faults:
        raise FileWrong(faults)
    return headers


def _rows(numbered: Iterator[tuple[int, Sequence[Any]]], headers: list[str], name: str) -> Iterator[Row]:
    for number, cells in numbered:
        if number > MOST_ROWS:
            raise _wrong(name, number, MANY_ROWS, most=str(MOST_ROWS))
        row = _row(cells, headers, name, number)
        if row.faults or any(row.cells.values()):
            yield row


def _row(cells: Sequence[Any], headers: list[str], name: str, number: int) -> Row:
    found: dict[str, str] = dict.fromkeys(filter(None, headers), "")
    faults = []
    for at, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        header = headers[at] if at < len(headers) else ""
        text = _text(cell)
        if not header:
            faults += [Fault(name, number, "", NO_NAME)] if text else []
        elif len(text) > LONGEST_CELL:
            faults.append(Fault(name, number, header, LONG_CELL, {"most": str(LONGEST_CELL)}))
        elif "\0" in text:
            faults.append(Fault(name, number, header, NUL))
        elif text.startswith("="):
            faults.append(Fault(name, number, header, FORMULA))
        else:
            found[header] = plain_cell(text)
    return Row(number, found, tuple(faults[:5]))


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not any((cell.hour, cell.minute, cell.second)) else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _csv_rows(path: Path, name: str) -> tuple[Iterator[Sequence[Any]], list[Fault]]:
    encoding = _encoding(path, name)
    warnings = [Fault(name, 0, "", ENCODING)] if encoding == "cp1252" else []
    return _parse_csv(path, name, encoding), warnings


def _parse_csv(path: Path, name: str, encoding: str) -> Iterator[Sequence[Any]]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        delimiter = _delimiter(file.readline(1_000_000))
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            text = LONG_CELL if "field limit" in str(error) else QUOTES
            raise _wrong(name, reader.line_num, text, most=str(LONGEST_CELL)) from error


def _delimiter(line: str) -> str:
    outside = "".join(line.split('"')[0::2])
    return max(DELIMITERS, key=outside.count)


def _encoding(path: Path, name: str) -> str:
    """Looks through the whole file in pieces; UTF-8 or, where that fails, what Excel in Europe writes."""
    with path.open("rb") as file:
        start = file.read(2)
        if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        found = "utf-8-sig"
        line = 1
        while piece := file.read(MEGABYTE):
            if b"\0" in piece:
                raise _wrong(name, line + piece[: piece.index(b"\0")].count(b"\n"), NUL)
            line += piece.count(b"\n")
            if found != "cp1252":
                try:
                    decoder.decode(piece, final=len(piece) < MEGABYTE)
                except UnicodeDecodeError:
                    found = "cp1252"
    return found


def _xlsx_rows(path: Path, name: str) -> Iterator[Sequence[Any]]:
    with path.open("rb") as file:  # ours to close, also where the reader gives up half-way
        try:
            _check_packed(file, name)
            book = load_workbook(file, read_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file claims about its size is not believed
            yield from sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
        except DAMAGED as error:
            raise _wrong(name, 0, BROKEN) from error


def _check_packed(file: BinaryIO, name: str) -> None:
    with zipfile.ZipFile(file) as packed:
        entries = packed.infolist()
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise _wrong(name, 0, LOCKED)
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED_MB * MEGABYTE:
        raise FileTooLarge(limit=LARGEST_UNPACKED_MB)
    file.seek(0)
