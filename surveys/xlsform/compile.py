"""From a file to a form that can be asked: read, checked, compiled, with every fault told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surveys.engine.form import Form, Group, Kind, Node, Question
from surveys.engine.machine import ExpressionError, Machine, machine
from surveys.xlsform.advice import warnings_of
from surveys.xlsform.checks import check_sheets, expression_fault
from surveys.xlsform.data import Files, FilesBeside, FilesRead, take_in
from surveys.xlsform.errors import (
    BROKEN,
    CYCLE,
    NOTHING_OFFERED,
    UNREACHABLE,
    UNTRANSLATED,
    FormError,
    FormErrors,
    error,
)
from surveys.xlsform.files import read_file
from surveys.xlsform.media import FormFile, look_at
from surveys.xlsform.sheets import Row, Sheets, convert, read_sheets, warnings_from_pyxform
from surveys.xlsform.trial import failing
from surveys.xlsform.xform import read_xform

_COLUMNS = {"choices": "label", "trigger": "trigger"}
_TEXTS = ("label", "hint", "constraint_message", "required_message")
CHOOSING = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})


@dataclass(frozen=True)
class Compiled:
    """A form with the frozen text it was compiled from and what its author should know.

    `stumbles` are what people would stumble over: a form can be tried out with them, not published.
    """

    form: Form
    xform: str
    stumbles: tuple[FormError, ...]
    warnings: tuple[FormError, ...]
    files: tuple[FormFile, ...] = ()  # shown with its labels
    digest: str = ""  # of everything the author sent for it


def compile_form(file: Path | bytes, filename: str, *, name: str, version: int, files: Files | None = None) -> Compiled:
    """Compiles an XLSForm (XLSX, XLS, CSV, Markdown) or an XForm; raises FormErrors with all faults.

    `name` is the questionnaire's, used as the title where the form has none. `files` are those
    it takes lists from, by name; of a form in a folder, those beside it where none are given.
    """
    kind, data = read_file(file, filename)
    if files is None:
        files = FilesBeside(file) if isinstance(file, Path) else {}
    beside = FilesRead(files)
    if kind == "xml":
        xform, warnings = take_in(_decoded(data), beside)
        form, sheets = compile_xform(xform, name=name, version=version), None
    else:
        sheets = read_sheets(kind, data)
        faults = check_sheets(sheets, files)
        if faults:
            raise FormErrors(tuple(faults))
        xform, told = convert(sheets, name)
        xform, _ = take_in(xform, beside)
        form = _checked(read_xform(xform, name, version), sheets)
        warnings = (*warnings_of(sheets, files), *warnings_from_pyxform(told))
    looked = look_at(form, sheets, beside)
    if looked.faults:
        raise FormErrors(looked.faults)
    stumbles = (*publication_errors(form, sheets), *looked.missing)
    return Compiled(form, xform, stumbles, warnings, looked.files, beside.digest(data))


def compile_xform(xform: str, *, name: str, version: int) -> Form:
    """The form of a stored XForm; raises FormErrors."""
    return _checked(read_xform(xform, name, version), None)


def publication_errors(form: Form, sheets: Sheets | None = None) -> tuple[FormError, ...]:
    """What people would stumble over.

    Texts that lack one of the form's languages, questions that can never be reached or that offer
    no choice.
    """
    made = machine(form)
    rows = _Rows(form, sheets)
    found = [fault for ref, node in made.nodes.items() for fault in _untranslated(form, node, rows.row(ref))]
    found += [fault for ref, node in made.nodes.items() for fault in _unreachable(made, node, rows.row(ref))]
    for listed, choices in form.choices.items():
        for choice in choices:
            for language in form.languages:
                if choice.label and language not in choice.label and "" not in choice.label:
                    values = {"part": "label", "name": f"{listed}: {choice.value}", "language": language}
                    found.append(error(UNTRANSLATED, "choices", rows.choice(listed, choice.value), "label", **values))
    return tuple(found)


def _unreachable(made: Machine, node: Node, row: int) -> Iterator[FormError]:
    condition = node.logic.relevant
    compiled = made.compiled.get((node.ref, condition.source)) if condition else None
    if compiled is not None and compiled.never:
        yield error(UNREACHABLE, "survey", row, "relevant", name=node.name)
    chooses = isinstance(node, Question) and node.kind in CHOOSING and not node.offered
    if chooses and isinstance(node, Question) and not made.form.choices.get(node.choices):
        yield error(NOTHING_OFFERED, "survey", row, "type", name=node.name)


def _untranslated(form: Form, node: Node, row: int) -> list[FormError]:
    texts = {"label": node.label, "constraint_message": node.logic.constraint_message}
    texts |= {"required_message": node.logic.required_message}
    if isinstance(node, Question):
        texts |= {"hint": node.hint, "guidance_hint": node.guidance}
    return [
        error(UNTRANSLATED, "survey", row, column, part=column, name=node.name, language=language)
        for column, written in texts.items()
        for language in form.languages
        if written and language not in written and "" not in written
    ]


def _checked(form: Form, sheets: Sheets | None) -> Form:
    made = machine(form)
    rows = _Rows(form, sheets)
    found = [_located(fault, rows) for fault in made.faults]
    if made.cycle:
        found.append(_cycle(made, rows))
    elif not found:
        found += [_located(fault, rows) for fault in failing(made)]
    if found:
        raise FormErrors(tuple(sorted(set(found), key=lambda one: one.row)))
    return form


def _located(fault: ExpressionError, rows: _Rows) -> FormError:
    column = _COLUMNS.get(fault.part, fault.part)
    return expression_fault("survey", rows.row(fault.ref), column, fault.fault)


def _cycle(made: Machine, rows: _Rows) -> FormError:
    asked = [ref for ref in made.cycle if isinstance(made.nodes[ref], Question)] or list(made.cycle)
    names = ", ".join(made.nodes[ref].name for ref in asked)
    numbers = sorted(rows.row(ref) for ref in asked)
    places = ", ".join(str(number) for number in numbers)
    return error(CYCLE, "survey", numbers[0], "", names=names, rows=places)


class _Rows:
    """Where the nodes and choices of a form stand in the sheets."""

    def __init__(self, form: Form, sheets: Sheets | None) -> None:
        self._nodes: dict[str, int] = {}
        self._choices: dict[tuple[str, str], int] = {}
        if sheets is not None:
            self._walk(form.root, sheets.survey)
            for row in sheets.choices:
                self._choices[row.get("list_name"), row.get("name")] = row.number

    def _walk(self, root: Group, rows: tuple[Row, ...]) -> None:
        path = [root.ref]
        for row in rows:
            kind = row.get("type").lower().replace(" ", "_")
            if kind.startswith("end_"):
                path = path[:-1] or path
                continue
            ref = f"{path[-1]}/{row.get('name')}"
            self._nodes.setdefault(ref, row.number)
            if kind.startswith("begin_"):
                path.append(ref)

    def row(self, ref: str) -> int:
        return self._nodes.get(ref, 0)

    def choice(self, listed: str, value: str) -> int:
        return self._choices.get((listed, value), 0)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise FormErrors((error(BROKEN),)) from fault
