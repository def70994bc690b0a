"""The sheets of a form as pyxform reads them, with the columns' usual names."""

from __future__ import annotations

import re
import warnings as python_warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from surveys.xlsform.errors import BROKEN, FormError, FormErrors, error
from surveys.xlsform.limits import refuse_cells, refuse_languages, refuse_text
from surveys.xlsform.tables import TWICE, read_tables

_ALIASES = {
    "relevance": "relevant", "calculate": "calculation", "read_only": "readonly", "tag": "name", "value": "name",
    "caption": "label", "list name": "list_name", "constraint message": "constraint_message",
    "required message": "required_message", "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message", "jr:noapperrorstring": "no_app_error_string", "command": "type",
    "count": "repeat_count", "jr:count": "repeat_count", "requiredmsg": "required_message",
    "constraining_message": "constraint_message", "noapperrorstring": "no_app_error_string",
}  # fmt: skip
_PLACE = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"[Oo]n the '(\w+)' sheet")
_COLUMN = re.compile(r"the '(\w+)' value")
_TWICE = re.compile(r"Duplicate column header: (.*)")
_SAID_OTHERWISE = ("max-pixels", "machine-readable codes", "is missing the", "should have a label", "is being skipped")


@dataclass(frozen=True)
class Row:
    """One row: its number in the sheet and its cells by (column, language)."""

    number: int
    cells: dict[tuple[str, str], str]
    headers: dict[tuple[str, str], str]

    def get(self, column: str) -> str:
        """The cell of a column, in whatever language it is first written."""
        return next((cell for (name, _), cell in self.cells.items() if name == column), "")

    def header(self, column: str) -> str:
        """The column's header as the author wrote it."""
        return next((header for (name, _), header in self.headers.items() if name == column), column)


@dataclass(frozen=True)
class Sheets:
    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    data: Any  # pyxform's DefinitionData

    def setting(self, name: str) -> str:
        """A value of the settings sheet, "" where it is not set."""
        for header, value in (self.data.settings or [{}])[0].items():
            if str(header).strip().lower() == name:
                return str(value or "").strip()
        return ""

    def rows(self, sheet: str) -> tuple[Row, ...]:
        """The rows of a further sheet, such as external_choices."""
        return tuple(_rows(getattr(self.data, sheet)))

    def headers(self, sheet: str) -> dict[tuple[str, str], str]:
        """The columns of a sheet by (column, language), as the author wrote them."""
        return {_column(header): header for header in (getattr(self.data, f"{sheet}_header") or [{}])[0] or ()}


def read_sheets(kind: str, file: bytes) -> Sheets:
    """The sheets of a spreadsheet; raises FormErrors."""
    data = _definition(kind, file)
    refuse_cells(data)
    sheets = Sheets(tuple(_rows(data.survey)), tuple(_rows(data.choices)), data)
    refuse_languages({language for sheet in ("survey", "choices") for _, language in sheets.headers(sheet)} - {""})
    return sheets


def _definition(kind: str, file: bytes) -> Any:
    from pyxform.errors import PyXFormError, PyXFormReadError  # noqa: PLC0415 - a second to import
    from pyxform.xls2json_backends import DefinitionData, get_xlsform  # noqa: PLC0415

    if kind in ("csv", "md"):
        return DefinitionData(**read_tables(kind, file.decode()))
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")
            if kind == "xls":
                refuse_text(_text_of_xls(file))
            return get_xlsform(file, file_type=f".{kind}")
    except FormErrors:
        raise
    except PyXFormError as fault:
        if isinstance(fault, PyXFormReadError) or "not recognized as a supported type" in str(fault):
            raise FormErrors((error(BROKEN),)) from fault
        raise FormErrors((from_pyxform(str(fault)),)) from fault
    except Exception as fault:  # the readers beneath die of damaged files in many ways
        raise FormErrors((error(BROKEN),)) from fault


def _text_of_xls(file: bytes) -> int:
    """The characters of all cells; each cell of a text that many share counts."""
    from pyxform.xls2json_backends import xlrd_open  # noqa: PLC0415

    with xlrd_open(file_contents=file) as book:
        rows = (sheet.row_values(number) for sheet in book.sheets() for number in range(sheet.nrows))
        return sum(len(cell) for row in rows for cell in row if isinstance(cell, str))


def convert(sheets: Sheets, name: str) -> tuple[str, list[str]]:
    """The XForm that pyxform makes of the sheets, and its warnings; raises FormErrors."""
    from pyxform.builder import create_survey_element_from_dict  # noqa: PLC0415
    from pyxform.errors import PyXFormError  # noqa: PLC0415
    from pyxform.xls2json import workbook_to_json  # noqa: PLC0415

    warnings: list[str] = []
    sheets.data.fallback_form_name = name
    try:
        made = workbook_to_json(workbook_dict=sheets.data, fallback_form_name=name, warnings=warnings)
        xform = create_survey_element_from_dict(made).to_xml(validate=False, pretty_print=False, warnings=warnings)
    except PyXFormError as fault:
        raise FormErrors((from_pyxform(str(fault)),)) from fault
    except (TypeError, KeyError, AttributeError, ValueError, IndexError, RecursionError) as fault:
        raise FormErrors((error(BROKEN),)) from fault
    return xform, warnings


def from_pyxform(message: str) -> FormError:
    """A fault that pyxform found, with the place it names."""
    twice = _TWICE.match(message)
    if twice:
        return error(TWICE, "", 1, twice[1], header=twice[1])
    place, sheet, column = _PLACE.search(message), _SHEET.search(message), _COLUMN.search(message)
    reason = _PLACE.sub("", message).strip()
    row = int(place[1]) if place else 0
    return error("{reason}", sheet[1] if sheet else "survey", row, column[1] if column else "", reason=reason)


def warnings_from_pyxform(told: list[str]) -> list[FormError]:
    """What pyxform warns about, with the place it names; without what means nothing here or is told in other words."""
    return [from_pyxform(one) for one in told if not any(known in one for known in _SAID_OTHERWISE)]


def _rows(rows: Any) -> Iterator[Row]:
    for number, row in enumerate(rows or (), 2):
        if row:
            named = {_column(header): header for header in row}
            yield Row(number, {key: str(row[header]).strip() for key, header in named.items()}, named)


def _column(header: str) -> tuple[str, str]:
    """A header's column and language: `label::Italiano (it)` is ("label", "Italiano (it)")."""
    written = str(header).strip()
    parts = [part.strip() for part in re.split(r"::|:(?!:)", written) if part.strip()]
    if len(parts) > 1 and parts[0].lower() in ("bind", "control", "body", "media", "instance", "jr"):
        parts = [":".join(parts[1:])] if parts[0].lower() != "media" else parts[1:]
    name = parts[0].lower() if parts else ""
    return _ALIASES.get(name, _ALIASES.get(name.replace(" ", "_"), name)), parts[1] if len(parts) > 1 else ""
