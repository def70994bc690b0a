"""What pyxform lets pass or says unclearly, looked for in the sheets themselves.

All faults are found at once, so that an author mends a form in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from core.i18n import N_
from surveys.engine.expressions import Scope, compile_expression
from surveys.engine.functions import Function
from surveys.engine.syntax import ExpressionFault
from surveys.xlsform.errors import FAULTS, NO_QUESTIONS, NOT_OFFERED, FormError, error
from surveys.xlsform.sheets import Row, Sheets

REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}]*?)\s*\}")
EXPRESSIONS = ("relevant", "constraint", "calculation", "required", "readonly", "choice_filter", "repeat_count")
_TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
_NAME = re.compile(r"[^\W\d][\w.-]*")
_SELECT = re.compile(
    r"(?P<kind>select[_ ]?one|select1|select[_ ]multiple|select all that apply|select[_ ]?all|rank"
    r"|add select one prompt using|add select multiple prompt using)"
    r"(?P<file>[_ ]from[_ ]file|[_ ]external)?\s+(?:from\s+)?(?P<list>\S+)(?P<other>\s+or[_ ](?:specify[_ ])?other)?",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(r"(?P<edge>begin|end)[_ ](?P<what>group|repeat|loop)", re.IGNORECASE)
_REFUSED = frozenset({
    "image", "photo", "audio", "video", "file", "geopoint", "gps", "location", "geotrace", "geoshape",
    "background-audio", "background-geopoint", "start-geopoint", "xml-external", "csv-external", "osm", "audit",
})  # fmt: skip
_TYPES = (
    "text", "string", "integer", "int", "decimal", "range", "select_one", "select_multiple", "rank", "note", "date",
    "time", "datetime", "acknowledge", "trigger", "calculate", "hidden", "barcode", "begin group", "end group",
)  # fmt: skip
_QUOTES = str.maketrans("‘’“”", "''\"\"")  # pyxform mends them too
_SPECIAL = {name: Function(None, 0) for name in ("instance", "jr:choice-name", "pulldata", "jr:itext")}

NO_NAME = N_("Write a name for this question: letters, digits and underscores, starting with a letter.")
BAD_NAME = N_("The name {name} cannot be used: write letters, digits and underscores, starting with a letter.")
DUPLICATE = N_("The name {name} is used already in row {other}. Give each question of a group its own name.")
UNKNOWN_TYPE = N_("The type {type} is not known.")
UNKNOWN_TYPE_NEAR = N_("The type {type} is not known. Did you mean {near}?")
NO_LIST = N_("There is no list of choices named {list}. Write it on the sheet named choices.")
NO_LIST_NEAR = N_("There is no list of choices named {list}. Did you mean {near}?")
CHOICE_NO_LABEL = N_("The choice {name} of the list {list} has no label.")
CHOICE_NO_NAME = N_("A choice of the list {list} has no name.")
CHOICE_TWICE = N_("The list {list} has the choice {name} twice.")
CHOICE_BLANK = N_("The choice name {name} holds a blank. Names of choices are written without blanks.")
UNKNOWN_REF = N_("There is no question named {name}.")
UNKNOWN_REF_NEAR = N_("There is no question named {name}. Did you mean {near}?")
NO_CALCULATION = N_("Write in the column calculation what {name} is computed from.")
NO_LABEL = N_("The question {name} has no label: write what people are to be asked.")


def check_sheets(sheets: Sheets) -> list[FormError]:
    """All faults that can be told from the sheets alone, by row."""
    names = {row.get("name") for row in sheets.survey if row.get("name")}
    lists = {row.get("list_name") for row in sheets.choices}
    found = [*_structure(sheets.survey)]
    asking = False
    for row in _active(sheets.survey):
        found.extend(_row_faults(row, names, lists))
        asking = asking or bool(row.get("label"))
    found.extend(_choice_faults(sheets, names))
    if not asking and not found:
        found.append(error(NO_QUESTIONS, "survey"))
    return sorted(found, key=lambda one: (one.sheet != "survey", one.row))


def _active(rows: tuple[Row, ...]) -> Iterator[Row]:
    for row in rows:
        if row.get("type") and row.get("disabled").lower() not in ("yes", "true", "1"):
            yield row


def _structure(rows: tuple[Row, ...]) -> Iterator[FormError]:
    """Names that stand twice in the same group."""
    stack: list[dict[str, int]] = [{}]
    for row in _active(rows):
        edge = _STRUCTURE.match(row.get("type"))
        if edge and edge["edge"].lower() == "end":
            stack = stack[:-1] or [{}]
            continue
        name = row.get("name")
        if name:
            first = stack[-1].setdefault(name, row.number)
            if first != row.number:
                yield _at(row, "name", DUPLICATE, name=name, other=str(first))
        if edge:
            stack.append({})


def _row_faults(row: Row, names: set[str], lists: set[str]) -> Iterator[FormError]:
    kind = row.get("type")
    structure, select = _STRUCTURE.fullmatch(kind), _SELECT.fullmatch(kind)
    if structure:
        if structure["edge"].lower() == "end":
            return
    elif select:
        yield from _list_fault(row, select, lists)
    else:
        yield from _type_fault(row, kind)
    yield from _name_fault(row)
    if kind.lower() == "calculate" and not row.get("calculation") and not row.get("default"):
        yield _at(row, "calculation", NO_CALCULATION, name=row.get("name"))
    shown = any(column in ("label", "hint", "image", "calculation") for column, _ in row.cells)
    if (select or kind.lower() in _TYPES[:6]) and not shown:
        yield _at(row, "label", NO_LABEL, name=row.get("name"))
    yield from _expression_faults(row, names)


def _list_fault(row: Row, select: re.Match[str], lists: set[str]) -> Iterator[FormError]:
    wanted = select["list"]
    if select["file"]:
        yield _at(row, "type", NOT_OFFERED, type=row.get("type"))
    elif wanted not in lists and not wanted.startswith("${"):
        near = get_close_matches(wanted, [one for one in lists if one], 1)
        yield _at(row, "type", NO_LIST_NEAR if near else NO_LIST, list=wanted, near=near[0] if near else "")
    elif wanted.startswith("${"):
        yield _at(row, "type", NOT_OFFERED, type=row.get("type"))


def _type_fault(row: Row, kind: str) -> Iterator[FormError]:
    from pyxform.aliases import _type_alias_map  # noqa: PLC0415
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT  # noqa: PLC0415 - a second to import

    low = kind.lower()
    if low in _REFUSED or low.replace(" ", "_") in _REFUSED:
        yield _at(row, "type", NOT_OFFERED, type=kind)
    elif not {kind, low, low.replace(" ", "_")} & {*QUESTION_TYPE_DICT, *_type_alias_map, *_TYPES}:
        near = get_close_matches(low.split()[0] if low.startswith("select") else low, _TYPES, 1)
        yield _at(row, "type", UNKNOWN_TYPE_NEAR if near else UNKNOWN_TYPE, type=kind, near=near[0] if near else "")


def _name_fault(row: Row) -> Iterator[FormError]:
    name = row.get("name")
    if not name and row.get("type").lower() not in ("note",):
        yield _at(row, "name", NO_NAME)
    elif name and not _NAME.fullmatch(name):
        yield _at(row, "name", BAD_NAME, name=name)


def _expression_faults(row: Row, names: set[str]) -> Iterator[FormError]:
    for column in EXPRESSIONS:
        source = row.get(column)
        if source:
            yield from _unknown_names(row, column, source, names)
            yield from _syntax_fault(row, column, source)
    default = row.get("default")
    if default:
        yield from _unknown_names(row, "default", default, names)
    for (column, _), cell in row.cells.items():
        if column in _TEXTS:
            yield from _unknown_names(row, column, cell, names)


def _unknown_names(row: Row, column: str, cell: str, names: set[str]) -> Iterator[FormError]:
    for name in dict.fromkeys(REFERENCE.findall(cell)):
        if name not in names:
            near = get_close_matches(name, names, 1)
            text = UNKNOWN_REF_NEAR if near else UNKNOWN_REF
            yield _at(row, column, text, name=name, near=near[0] if near else "")


def _syntax_fault(row: Row, column: str, source: str) -> Iterator[FormError]:
    try:
        compile_expression(REFERENCE.sub(r" /data/\1 ", source.translate(_QUOTES)), Scope("/data/_", special=_SPECIAL))
    except ExpressionFault as fault:
        yield expression_fault("survey", row.number, row.header(column), fault)


def expression_fault(sheet: str, row: int, column: str, fault: ExpressionFault) -> FormError:
    code = "unknown-function-near" if fault.code == "unknown-function" and fault.values.get("near") else fault.code
    return error(FAULTS[code], sheet, row, column, **{**fault.values, "example": "${name}"})


def _choice_faults(sheets: Sheets, names: set[str]) -> Iterator[FormError]:
    twice = sheets.setting("allow_choice_duplicates").lower() in ("yes", "true")
    seen: set[tuple[str, str]] = set()
    for row in sheets.choices:
        listed, name = row.get("list_name"), row.get("name")
        if not listed:
            continue
        if not name:
            yield error(CHOICE_NO_NAME, "choices", row.number, row.header("name"), list=listed)
            continue
        if not any(column in ("label", "image") for column, _ in row.cells):
            yield error(CHOICE_NO_LABEL, "choices", row.number, "label", name=name, list=listed)
        if any(letter.isspace() for letter in name):
            yield error(CHOICE_BLANK, "choices", row.number, row.header("name"), name=name)
        if (listed, name) in seen and not twice:
            yield error(CHOICE_TWICE, "choices", row.number, row.header("name"), name=name, list=listed)
        seen.add((listed, name))
        for (column, _), cell in row.cells.items():
            if column == "label":
                for fault in _unknown_names(row, column, cell, names):
                    yield error(fault.text, "choices", row.number, fault.column, **dict(fault.values))


def _at(row: Row, column: str, text: str, **values: str) -> FormError:
    return error(text, "survey", row.number, row.header(column), **values)
