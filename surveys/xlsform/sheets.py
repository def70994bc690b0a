"""The sheets of a form as pyxform reads them, with the columns' usual names."""

from __future__ import annotations

import re
import warnings as python_warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from surveys.xlsform.errors import BROKEN, WRONG_KIND, FormError, FormErrors, error

_ALIASES = {
    "relevance": "relevant", "calculate": "calculation", "read_only": "readonly", "tag": "name", "value": "name",
    "caption": "label", "list name": "list_name", "constraint message": "constraint_message",
    "required message": "required_message", "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message", "jr:noapperrorstring": "no_app_error_string", "command": "type",
    "repeat_count": "repeat_count", "jr:count": "repeat_count",
}  # fmt: skip
_PLACE = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"[Oo]n the '(\w+)' sheet")
_COLUMN = re.compile(r"the '(\w+)' value")


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
        return str((self.data.settings or [{}])[0].get(name) or "").strip()


def read_sheets(kind: str, file: bytes) -> Sheets:
    """The sheets of a spreadsheet; raises FormErrors."""
    from pyxform.errors import PyXFormError, PyXFormReadError  # noqa: PLC0415 - a second to import
    from pyxform.xls2json_backends import get_xlsform  # noqa: PLC0415

    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")
            data = get_xlsform(file, file_type=f".{kind}")
    except PyXFormError as fault:
        if isinstance(fault, PyXFormReadError) or "not recognized as a supported type" in str(fault):
            raise FormErrors((error(BROKEN if kind in ("xlsx", "xls") else WRONG_KIND),)) from fault
        raise FormErrors((from_pyxform(str(fault)),)) from fault
    except Exception as fault:  # the readers beneath die of damaged files in many ways
        raise FormErrors((error(BROKEN),)) from fault
    return Sheets(tuple(_rows(data.survey)), tuple(_rows(data.choices)), data)


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
    place, sheet, column = _PLACE.search(message), _SHEET.search(message), _COLUMN.search(message)
    reason = _PLACE.sub("", message).strip()
    row = int(place[1]) if place else 0
    return error("{reason}", sheet[1] if sheet else "survey", row, column[1] if column else "", reason=reason)


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
