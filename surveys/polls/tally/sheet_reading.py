"""Count sheets and other people's lists of ballots, read line by line; nothing in them is trusted."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Problem
from core.faults import Fault, Faults, FileWrong
from core.i18n import N_
from surveys.polls.tally.ballots import Form, tidy
from surveys.polls.tally.errors import RuleUnreadable
from surveys.polls.tally.rule import Rule
from surveys.polls.tally.rule_text import rule_from_json
from surveys.polls.tally.sheet import LABELS, MARK, RESULT, RULE

DELIMITERS = ",;\t"
COUNT = "count"
LONGEST_LABEL = 300
LONGEST_LINE, LONGEST_COMMENT = 20_000, 200_000
MOST_ALIKE = 1_000_000_000
MOST_REMEMBERED = 1 << 17
NUMBER = re.compile(r"[0-9]{1,10}")
SURROGATES = re.compile(r"[\ud800-\udfff]")

EMPTY = N_("The file is empty. Below the heading count,ranking each line has a number and a ballot.")
NO_HEADING = N_("The first line is neither the heading count,ranking nor a number and a ballot. Put the heading first.")
CELLS = N_("A line has two cells, a number and a ballot, as in 12,A>B>C. Here are {count}.")
COUNT_WRONG = N_('"{value}" is not a number of ballots. A whole number from 0 to {most} is expected.')
LONG = N_("The line is longer than {most} characters. Please look whether the file is a list of ballots.")
NUL = N_("The line holds NUL characters. Please save the file anew, as CSV in UTF-8.")
ENCODING = N_("The line is not in UTF-8. Please save the file anew, as CSV in UTF-8.")
QUOTES = N_("A quotation mark is opened and not closed, or stands inside a cell. Please write the line without any.")
FORMULA = N_("The cell holds a formula. Please write the ballot itself in its place.")


@dataclass(frozen=True)
class Sheet:
    """A file of ballots, and what it says of itself: None where it says nothing."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[int, int]  # of the number and the ballot
    first_line: int  # with a ballot
    rule: Rule | None = None
    options: tuple[str, ...] | None = None
    invited: int | None = None
    result: Any = None
    labels: Mapping[str, str] = field(default_factory=dict)  # what its codes stand for, as its head says it


def open_sheet(path: Path) -> Sheet:
    """Looks at the beginning of a file; raises FileWrong, RuleUnreadable and OSError."""
    encoding = _encoding(path)
    told: dict[str, str] = {}
    for number, line in _lines(path, encoding):
        if fault := _unfit(line):
            raise _wrong(path, number, fault)
        if is_comment(line):
            _take_note(told, line)
        elif line.strip():
            delimiter = max(DELIMITERS, key="".join(line.split('"')[::2]).count)
            cells = [cell.strip().casefold() for cell in _cells(line, delimiter) or []]
            if COUNT in cells[:2]:
                return _sheet(path, encoding, delimiter, (cells.index(COUNT), number + 1), told)
            if cells and NUMBER.fullmatch(cells[0]):
                return _sheet(path, encoding, delimiter, (0, number), told)
            raise _wrong(path, number, NO_HEADING)
    raise _wrong(path, 0, EMPTY)


class SheetBallots:
    """The ballots of a sheet, to be iterated over again and again; raises FileWrong with all that is wrong."""

    def __init__(self, sheet: Sheet, form: Form[Any]) -> None:
        self._sheet, self._form = sheet, form
        self._tidied: dict[str, str] = {}

    def __iter__(self) -> Iterator[tuple[str, int]]:
        faults = Faults()
        sheet = self._sheet
        for number, line in _lines(sheet.path, sheet.encoding):
            if number < sheet.first_line or is_comment(line) or not line.strip():
                continue
            found = self._read(line)
            if isinstance(found, tuple):
                yield found
            else:
                faults.add(Fault(sheet.path.name, number, "", found.text, _said(found)))
        faults.check()

    def _read(self, line: str) -> tuple[str, int] | _Wrong | Problem:
        if fault := _unfit(line):
            return _Wrong(fault, {"most": LONGEST_LINE})
        cells = _cells(line, self._sheet.delimiter)
        if cells is None:
            return _Wrong(QUOTES, {})
        at_count, at_ballot = self._sheet.columns
        if len(cells) < 2 or any(cell.strip() for cell in cells[2:]):  # a spreadsheet adds empty ones
            return _Wrong(CELLS, {"count": len(cells)})
        count, ballot = cells[at_count].strip(), cells[at_ballot].strip()
        if not NUMBER.fullmatch(count) or int(count) > MOST_ALIKE:
            return _Wrong(COUNT_WRONG, {"value": count[:40], "most": MOST_ALIKE})
        try:
            return self._tidy(ballot), int(count)
        except Problem as problem:
            return _Wrong(FORMULA, {}) if ballot[:1] in "=+@" else problem

    def _tidy(self, ballot: str) -> str:
        found = self._tidied.get(ballot)
        if found is None:
            found = tidy(self._form, ballot)
            if len(self._tidied) >= MOST_REMEMBERED:
                self._tidied.clear()
            self._tidied[ballot] = found
        return found


@dataclass(frozen=True)
class _Wrong:
    text: str
    values: dict[str, object]


def is_comment(line: str) -> bool:
    return line.lstrip().startswith(("#", '"#'))


def _said(wrong: _Wrong | Problem) -> dict[str, str]:
    return {name: str(value) for name, value in wrong.values.items()}


def _sheet(path: Path, encoding: str, delimiter: str, found: tuple[int, int], told: Mapping[str, str]) -> Sheet:
    at_count, first_line = found
    rule, result = _read(told, RULE), _read(told, RESULT)
    columns = (at_count, 1 - at_count)
    if not isinstance(rule, dict):
        return Sheet(path, encoding, delimiter, columns, first_line)
    options, invited = rule.get("options") or [], rule.get("invited")
    if not (isinstance(options, list) and all(isinstance(one, str) for one in options)):
        raise RuleUnreadable
    if not (invited is None or (isinstance(invited, int) and 0 <= invited <= MOST_ALIKE)):
        raise RuleUnreadable
    return Sheet(
        path, encoding, delimiter, columns, first_line, rule_from_json(rule), tuple(options), invited,
        result, _labels(rule.get(LABELS), options),
    )  # fmt: skip


def _labels(told: Any, options: Sequence[str]) -> dict[str, str]:
    """Words that stand for several options tell none of them apart, and are left out."""
    known = told if isinstance(told, dict) else {}
    words = {one: known[one][:LONGEST_LABEL] for one in options if isinstance(known.get(one), str)}
    return {one: label for one, label in words.items() if label and list(words.values()).count(label) == 1}


def _take_note(told: dict[str, str], line: str) -> None:
    """Of the lines for people, those that are for a machine: they stand last, whatever a title says."""
    line = line.strip().rstrip(DELIMITERS)  # which a spreadsheet adds
    cells = _cells(line, ",") if line.startswith('"') else [line]
    text = (cells or [""])[0].strip().removeprefix(MARK.strip()).strip()
    for key in (RULE, RESULT):
        if text.startswith(key):
            told[key] = text.removeprefix(key)


def _read(told: Mapping[str, str], key: str) -> Any:
    try:
        return json.loads(told[key]) if key in told else None
    except (ValueError, RecursionError):
        raise RuleUnreadable from None


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, none of them longer than may be held; what cannot be decoded shows as surrogates."""
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    with path.open(encoding=encoding, errors=errors) as file:
        number = 0
        while line := file.readline(LONGEST_COMMENT + 1):
            number += 1
            yield number, line
            while len(line) > LONGEST_COMMENT and not line.endswith("\n"):
                line = file.readline(LONGEST_COMMENT + 1)


def _unfit(line: str) -> str:
    """Why a line cannot be looked into, "" where it can."""
    if "\0" in line:
        return NUL
    if not line.isascii() and SURROGATES.search(line):
        return ENCODING
    return LONG if len(line) > (LONGEST_COMMENT if is_comment(line) else LONGEST_LINE) else ""


def _cells(line: str, delimiter: str) -> list[str] | None:
    """None where quotation marks do not match."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _wrong(path: Path, line: int, text: str) -> FileWrong:
    return FileWrong([Fault(path.name, line, "", text, {"most": str(LONGEST_LINE)})])
