"""Responses as files: CSV and XLSX, written as they are read, with no formula that could run.

A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay
numbers. Formats are described in docs/results.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import BinaryIO

from openpyxl import Workbook
from sqlalchemy.orm import Session

from core.i18n import translator
from core.spreadsheet import safe_cell
from surveys.responses.rounds import OpenRound
from surveys.responses.shelf import FormShelf
from surveys.results.store import results_form
from surveys.results.table import Cell, Wish, codebook, parts, table

_NOT_IN_NAMES = re.compile(r"[\\/*?:\[\]]")


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def export_csv(session: Session, shelf: FormShelf, round_: OpenRound, file: BinaryIO, wish: Wish) -> None:
    """Writes a round's responses as CSV (UTF-8 with a mark, RFC 4180). Raises FormUnknown."""
    form = results_form(session, shelf, round_)
    write_csv(table(session, round_, form, wish), file)


def export_xlsx(session: Session, shelf: FormShelf, round_: OpenRound, file: BinaryIO, wish: Wish) -> None:
    """Writes a round's responses as XLSX, a sheet for each repeat, and the codebook. Raises FormUnknown."""
    form = results_form(session, shelf, round_)
    t = translator(wish.language)
    sheets = {t("responses"): table(session, round_, form, replace(wish, part=""))}
    sheets |= {name: table(session, round_, form, replace(wish, part=name)) for name in parts(form)}
    write_xlsx({**sheets, t("codebook"): codebook(form, wish.language)}, file)


def write_csv(rows: Iterable[Iterable[Cell]], file: BinaryIO) -> None:
    # The mark makes spreadsheets read accents as UTF-8.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    text.detach()


def write_xlsx(sheets: Mapping[str, Iterable[Iterable[Cell]]], file: BinaryIO) -> None:
    book = Workbook(write_only=True)  # rows go to a temporary file, not to memory
    for name, rows in sheets.items():
        sheet = book.create_sheet(_NOT_IN_NAMES.sub("_", name)[:31])  # openpyxl numbers those that are alike
        for row in rows:
            sheet.append([harmless(cell) for cell in row])
    book.save(file)


def harmless(cell: Cell) -> Cell:
    """The cell as data: text that would run gets an apostrophe, numbers stay numbers."""
    return safe_cell(cell) if isinstance(cell, str) else cell
