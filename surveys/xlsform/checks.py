"""What pyxform lets pass or says unclearly, looked for in the sheets themselves.

All faults are found at once, so that an author mends a form in one go.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, islice

from core.i18n import N_
from surveys.engine.expressions import Scope, compile_expression
from surveys.engine.functions import Function
from surveys.engine.syntax import ExpressionFault
from surveys.xlsform.book import Book, at, has_data, open_book, plain_expression, references
from surveys.xlsform.defaults import default_faults, is_dynamic
from surveys.xlsform.errors import FAULTS, NO_QUESTIONS, ONE_SETTING, FormError, error
from surveys.xlsform.lists import choice_faults, list_faults, unknown_references
from surveys.xlsform.near import nearest
from surveys.xlsform.parameters import parameter_faults
from surveys.xlsform.rowtypes import COMMON, RowType
from surveys.xlsform.sheets import Row, Sheets
from surveys.xlsform.structure import structure_faults

EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "readonly", "choice_filter", "repeat_count")
TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
SETTINGS = frozenset({"form_title", "form_id", "version", "instance_name", "default_language", "style"})
MOST_FAULTS = 100
LONGEST_LOGIC = 1_000_000
_NAME = re.compile(r"[^\W\d][\w.-]*")
_ASKED = frozenset({"text", "integer", "decimal", "range", "select_one", "select_multiple", "rank"})
_INSTEAD = frozenset({"label", "hint", "image", "big-image", "audio", "video", "calculation"})
_DATA = re.compile(r"""(?<![\w.:-])(pulldata|instance)\(\s*["']([^"']+)["']""")
_SPECIAL = {name: Function(None, 0) for name in ("instance", "jr:choice-name", "pulldata", "jr:itext")}

NO_NAME = N_("Write a name for this question: letters, digits and underscores, starting with a letter.")
BAD_NAME = N_("The name {name} cannot be used: write letters, digits and underscores, starting with a letter.")
UNKNOWN_TYPE = N_("The type {type} is not known.")
UNKNOWN_TYPE_NEAR = N_("The type {type} is not known. Did you mean {near}?")
NO_CALCULATION = N_("Write in the column calculation what {name} is computed from.")
NO_LABEL = N_("The question {name} has no label: write what people are to be asked.")
NO_DATA = N_("The data file {name} was not sent with the form, and this cannot be computed without it.")
NO_DATA_LIST = N_("There is neither a list of choices nor a data file named {name}.")
TRIGGER_FORM = N_("Write in the column trigger the question that starts this, as in this example: {example}")
DEFAULT_QUOTES = N_("This default is taken for an expression. If it is a text, write it in quotation marks: {example}")
TOO_MUCH_LOGIC = N_("The expressions of the form are too long: together at most {limit} characters are accepted.")
MORE_FAULTS = N_("There are more than {limit} faults. Correct these first, then the rest is told.")


def check_sheets(sheets: Sheets, files: Collection[str] | None = None) -> list[FormError]:
    """The faults that the sheets alone tell, by row; `files` are the data files sent with them, if known."""
    book = open_book(sheets, files)
    logic = sum(len(row.get(column)) for row, _ in book.rows for column in EXPRESSIONS)
    if logic > LONGEST_LOGIC:
        return [error(TOO_MUCH_LOGIC, "survey", limit=str(LONGEST_LOGIC))]
    rows = chain.from_iterable(_row_faults(book, row, kind) for row, kind in book.rows)
    everything = chain(structure_faults(book), rows, choice_faults(book), _setting_faults(sheets))
    found = list(islice(everything, MOST_FAULTS + 1))
    if not found and not any(row.get("label") for row, _ in book.rows):
        found.append(error(NO_QUESTIONS, "survey"))
    found = sorted(found, key=lambda one: (one.sheet != "survey", one.row))
    if len(found) > MOST_FAULTS:
        found[MOST_FAULTS:] = [error(MORE_FAULTS, limit=str(MOST_FAULTS))]
    return found


def _setting_faults(sheets: Sheets) -> Iterator[FormError]:
    """Settings have no languages; pyxform dies of them."""
    for header in (sheets.data.settings or [{}])[0]:
        name, separator, _ = str(header).partition("::")
        if separator and name.strip().lower() in SETTINGS:
            yield error(ONE_SETTING, "settings", 2, str(header), name=name.strip())


def _row_faults(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    if not kind.kind:
        yield _unknown_type(row)
    if kind.edge == "end" or kind.kind == "setting":
        return
    yield from list_faults(book, row, kind)
    yield from _name_fault(row)
    if kind.kind == "calculate" and not row.get("calculation") and not row.get("default"):
        yield at(row, "calculation", NO_CALCULATION, name=row.get("name"))
    if kind.kind in _ASKED and not any(column in _INSTEAD for column, _ in row.cells):
        yield at(row, "label", NO_LABEL, name=row.get("name"))
    yield from parameter_faults(book, row, kind)
    yield from default_faults(book, row, kind)
    yield from _expression_faults(book, row, kind)


def _unknown_type(row: Row) -> FormError:
    written = " ".join(row.get("type").lower().split())
    known = written.partition(" ")[0] if written.startswith("select") else written
    near = nearest(known, COMMON)
    return at(row, "type", UNKNOWN_TYPE_NEAR if near else UNKNOWN_TYPE, type=row.get("type"), near=near)


def _name_fault(row: Row) -> Iterator[FormError]:
    name = row.get("name")
    if not name and row.get("type") not in ("note", "audit"):
        yield at(row, "name", NO_NAME)
    elif name and not _NAME.fullmatch(name):
        yield at(row, "name", BAD_NAME, name=name)


def _expression_faults(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    dynamic = ("default",) if row.get("default") and is_dynamic(row, kind) else ()
    for column in (*EXPRESSIONS, *dynamic):
        source = row.get(column)
        if source:
            yield from unknown_references(book, source, "survey", row, column)
            yield from _syntax_fault(row, column, source)
            yield from _data_faults(book, row, column, source)
    trigger = row.get("trigger")
    if trigger and not references(trigger):
        yield at(row, "trigger", TRIGGER_FORM, example="${name}")
    for (column, _), cell in row.cells.items():
        if column in TEXTS or column == "trigger":
            yield from unknown_references(book, cell, "survey", row, column)


def _syntax_fault(row: Row, column: str, source: str) -> Iterator[FormError]:
    try:
        compile_expression(plain_expression(source), Scope("/data/_", special=_SPECIAL))
    except ExpressionFault as fault:
        if column == "default" and fault.code in ("unexpected", "incomplete"):
            yield at(row, column, DEFAULT_QUOTES, example="'one - two'")
        else:
            yield expression_fault("survey", row.number, row.header(column), fault)
    except RecursionError:
        yield expression_fault("survey", row.number, row.header(column), ExpressionFault("too-deep"))


def _data_faults(book: Book, row: Row, column: str, source: str) -> Iterator[FormError]:
    """Lists and data files that an expression looks into and that are not there."""
    for function, name in dict.fromkeys(_DATA.findall(source)):
        stem = name.removesuffix(".csv")
        if function == "pulldata" and not has_data(book, stem):
            yield at(row, column, NO_DATA, name=name)
        elif function == "instance" and not (stem in book.lists or stem in book.declared or stem == "__last-saved"):
            yield at(row, column, NO_DATA_LIST, name=name)


def expression_fault(sheet: str, row: int, column: str, fault: ExpressionFault) -> FormError:
    """A fault of an expression in the author's words."""
    code = "unknown-function-near" if fault.code == "unknown-function" and fault.values.get("near") else fault.code
    return error(FAULTS[code], sheet, row, column, **{**fault.values, "example": "${name}"})
