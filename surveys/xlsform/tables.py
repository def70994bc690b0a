"""CSV and Markdown tables read as the sheets of a form.

In both, the first column names a sheet where one begins; the next row with further cells holds its headers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import zip_longest
from typing import Any

from core.i18n import N_
from surveys.xlsform.errors import TOO_MANY_CELLS, WRONG_KIND, FormErrors, error
from surveys.xlsform.limits import CELLS, LONGEST_CELL, ROWS, TOO_LONG_CELL, refuse_columns, refuse_rows

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[|:\s-]*-[|:\s-]*")

TWICE = N_("The column {header} stands twice. Give each column its own name.")
BEYOND = N_("This row has more cells than the table has columns. For a bar within a text write \\| instead.")


def read_tables(kind: str, text: str) -> dict[str, Any]:
    """The sheets of a CSV ("csv") or Markdown ("md") file as pyxform's DefinitionData takes them; raises FormErrors."""
    bar = "|" if kind == "md" else _delimiter(text)
    if text.count(bar) > 2 * CELLS:
        raise FormErrors((error(TOO_MANY_CELLS, limit=str(CELLS)),))
    sheets: dict[str, list[list[str]]] = {}
    names: list[str] = []
    sheet = ""
    for first, *cells in _markdown(text) if kind == "md" else _csv(text, bar):
        if first:
            sheet = first.lower()
            names.append(first)
            sheets.setdefault(sheet, [])
        if sheet and any(cells):
            sheets[sheet].append(cells)
            refuse_rows(sheet, len(sheets[sheet]) - 1)
            refuse_columns(sheet, len(cells))
    if len(sheets) == 1:
        sheets = {"survey": next(iter(sheets.values()))}
    known = {name: rows for name, rows in sheets.items() if name in ROWS and rows}
    if "survey" not in known:
        raise FormErrors((error(WRONG_KIND),))
    made: dict[str, Any] = {"sheet_names": names}
    for name, (headers, *rows) in known.items():
        _refuse_twice(name, headers)
        made[f"{name}_header"] = [{header: None for header in headers if header}]
        made[name] = [_row(name, number, headers, cells) for number, cells in enumerate(rows, 2)]
    return made


def _row(sheet: str, number: int, headers: list[str], cells: list[str]) -> dict[str, str]:
    if any(cells[len(headers) :]):
        raise FormErrors((error(BEYOND, sheet, number),))
    return {header: cell for header, cell in zip_longest(headers, cells, fillvalue="") if header and cell}


def _refuse_twice(sheet: str, headers: list[str]) -> None:
    seen: set[str] = set()
    for header in headers:
        if header in seen:
            raise FormErrors((error(TWICE, sheet, 1, header, header=header),))
        seen.update([header] if header else [])


def _markdown(text: str) -> Iterator[list[str]]:
    """The rows of tables; lines that begin with # and rules under headers are left out."""
    for line in text.split("\n"):
        start, end = line.find("|"), line.rfind("|")
        if start < end and not line.lstrip().startswith("#"):
            inside = line[start + 1 : end]
            if not _RULE.fullmatch(inside):
                yield [cell.strip().replace("\\|", "|") for cell in _BAR.split(inside)]


def _csv(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row:
                yield [cell.strip() for cell in row]
    except csv.Error as fault:
        raise FormErrors((error(TOO_LONG_CELL, limit=str(LONGEST_CELL)),)) from fault


def _delimiter(text: str) -> str:
    """Comma or semicolon, as spreadsheets of some countries write."""
    line = text[:5_000].partition("\n")[0]
    sample = line if "," in line or ";" in line else text[:5_000]
    return ";" if sample.count(";") > sample.count(",") else ","
