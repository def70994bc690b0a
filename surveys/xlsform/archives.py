"""XLSX archives looked into before a spreadsheet library opens them.

Refused unread: what unpacks to too much, document types and entities, links to other workbooks, and formulas whose
value the program that saved them did not keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from posixpath import join, normpath
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from core.i18n import N_
from surveys.xlsform.errors import BROKEN, TOO_LARGE, TOO_MANY_CELLS, WRONG_KIND, FormErrors, error
from surveys.xlsform.limits import (
    CELLS,
    LARGEST,
    MEGABYTE,
    ROWS,
    TAGS,
    UNPACKED,
    refuse_columns,
    refuse_rows,
    refuse_text,
)
from surveys.xlsform.xml import parse_xml

_PARTS = 1_000
_FORMATTING = 20_000
_WHOLE = 2 * MEGABYTE
_SHEET, _LINKS, _STRINGS = "xl/worksheets/", "xl/externalLinks/", "xl/sharedStrings.xml"
_BOOK, _BOOK_PARTS, _TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
_READ_WHOLE = ("xl/styles.xml", "xl/theme/", "docProps/", _BOOK, _BOOK_PARTS, _TYPES)
_XML = (".xml", ".rels")
_DECLARED = re.compile(rb"<\?xml[^<>]*encoding\s*=\s*[\"']([\w.-]+)")
_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
_TAG = re.compile(
    rb"<(?:\w+:)?(?:c(?P<cell>(?:\s[^<>]*)?)>|(?P<empty>v\s*/>|v></)|v>(?P<index>\d{1,9})<|(?P<part>row|v|is|f)[\s/>])"
)
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
_PLACE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)")
_SHARED = re.compile(rb"\bt=[\"']s[\"']")
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

LINKED = N_("The spreadsheet takes values from other files. Copy them in as values, and break the links.")
UNCOMPUTED = N_(
    "This formula has no value yet. Open the file in a spreadsheet program and save it, or write the value."
)
FORMATTED = N_("The spreadsheet holds too much formatting. Copy its cells into a new one.")


def look_into(file: bytes) -> None:
    """Raises FormErrors for an archive that is no spreadsheet, or none that can be read safely."""
    try:
        with ZipFile(BytesIO(file)) as archive:
            _refuse_size(archive)
            names, strings = _sheet_names(archive), _strings_name(archive)
            sheets = [one for one in archive.infolist() if one.filename in names or one.filename.startswith(_SHEET)]
            for entry in archive.infolist():
                if entry not in sheets and (entry.filename.endswith(_XML) or entry.filename == strings):
                    _look_at_part(archive, entry)
            _look_at_sheets(archive, [one for one in sheets if not one.filename.endswith(".rels")], names, strings)
    except (BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError, EOFError) as fault:
        raise FormErrors((error(BROKEN),)) from fault


def _refuse_size(archive: ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > _PARTS or sum(entry.file_size for entry in entries) > UNPACKED:
        raise FormErrors((error(TOO_LARGE, limit=str(LARGEST // MEGABYTE)),))
    if any(entry.filename.startswith(_LINKS) for entry in entries):
        raise FormErrors((error(LINKED),))
    if not any(entry.filename.startswith(_SHEET) for entry in entries):
        raise FormErrors((error(WRONG_KIND),))


def _sheet_names(archive: ZipFile) -> dict[str, str]:
    """The sheets' names by their parts; those that are not read for a form are named "-"."""
    try:
        book, relations = _parsed(archive, _BOOK), _parsed(archive, _BOOK_PARTS)
    except KeyError:
        return {}
    parts = {one.get("Id"): normpath(join("/xl", one.get("Target", ""))).lstrip("/") for one in relations}
    sheets = book.findall(f"{_SPREADSHEET}sheets/{_SPREADSHEET}sheet")
    names = {parts.get(one.get(_RELATION), ""): one.get("name", "").lower() for one in sheets}
    if len(names) == 1:
        return dict.fromkeys(names, "survey")
    return {part: name if name in ROWS else "-" for part, name in names.items()}


def _strings_name(archive: ZipFile) -> str:
    """The part that holds the texts of cells, wherever the archive says it stands."""
    if _TYPES not in archive.namelist():
        return _STRINGS
    kinds = {one.get("ContentType", ""): one.get("PartName", "") for one in _parsed(archive, _TYPES)}
    return next((part.lstrip("/") for kind, part in kinds.items() if kind.endswith("sharedStrings+xml")), _STRINGS)


def _parsed(archive: ZipFile, name: str) -> Any:
    entry = archive.getinfo(name)
    if entry.file_size > _WHOLE:
        raise FormErrors((error(FORMATTED),))
    _look_at_part(archive, entry)
    return parse_xml(archive.read(entry))


def _look_at_part(archive: ZipFile, entry: ZipInfo) -> None:
    whole = entry.filename.startswith(_READ_WHOLE)
    if sum(block.count(b"<") for block in _blocks(archive, entry)) > (_FORMATTING if whole else 2 * TAGS):
        raise FormErrors((error(FORMATTED) if whole else error(TOO_MANY_CELLS, limit=str(CELLS)),))


def _look_at_sheets(archive: ZipFile, entries: list[ZipInfo], names: dict[str, str], strings: str) -> None:
    lengths = _string_lengths(archive, strings)
    cells = tags = text = 0
    for entry in entries:
        sheet = _Sheet(names.get(entry.filename, ""), lengths)
        for block in _blocks(archive, entry):
            tags += block.count(b"<")
            if tags > 4 * CELLS or cells + sheet.cells > CELLS:
                raise FormErrors((error(TOO_MANY_CELLS, limit=str(CELLS)),))
            sheet.read(block)
            refuse_text(text + sheet.text)
        sheet.end_cell()
        cells, text = cells + sheet.cells, text + sheet.text


def _string_lengths(archive: ZipFile, name: str) -> list[int]:
    """How many bytes each of the texts takes that cells refer to by number."""
    starts, offset = [], 0
    if name in archive.namelist():
        for block in _blocks(archive, archive.getinfo(name)):
            starts += [offset + match.start() for match in _STRING.finditer(block)]
            offset += len(block)
    return [after - start for start, after in pairwise([*starts, offset])]


@dataclass
class _Sheet:
    """What has been met in a sheet so far: rows with a value, their text, and the cell under way."""

    name: str
    lengths: list[int]
    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0
    filled: bool = True
    cell: bytes = b""
    formula: bool = False
    value: bool = False

    def read(self, block: bytes) -> None:
        for match in _TAG.finditer(block):
            self._take(match)
        if self.name != "-":
            refuse_rows(self.name or "survey", self.rows - 1)
            refuse_columns(self.name or "survey", self.columns)

    def end_cell(self) -> None:
        if self.formula and not self.value and self.name != "-":
            place = _PLACE.search(self.cell)
            column, row = (place[1].decode(), int(place[2])) if place else ("", 0)
            raise FormErrors((error(UNCOMPUTED, self.name, row, column),))

    def _take(self, match: re.Match[bytes]) -> None:
        part = match["part"]
        if match["cell"] is not None or part == b"row":
            self.end_cell()
            self.cells += 1
            self.cell, self.formula, self.value = match["cell"] or b"", False, False
            self.filled = self.filled and part != b"row"
        elif match["empty"]:
            self.value = self.value or b'"str"' in self.cell
        elif part == b"f":
            self.formula = True
        else:
            self._take_value(match["index"])

    def _take_value(self, index: bytes | None) -> None:
        self.value = True
        if not self.filled:
            self.filled = True
            self.rows += 1
        if self.rows == 1:
            self.columns += 1
        if index is not None and _SHARED.search(self.cell) and int(index) < len(self.lengths):
            self.text += self.lengths[int(index)]


def _blocks(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    """A part block by block, none of which begins within a tag; raises FormErrors for a document type."""
    rest, first = b"", True
    with archive.open(entry) as part:
        while read := part.read(MEGABYTE):
            block = rest + read
            if (first and not _is_plain(block)) or b"\x00" in read or b"<!D" in block or b"<!E" in block:
                raise FormErrors((error(BROKEN),))
            first = False
            cut = block.rfind(b"<")
            rest = block[cut:] if cut > 0 and len(block) - cut < MEGABYTE else b""
            yield block[: len(block) - len(rest)]
    yield rest


def _is_plain(start: bytes) -> bool:
    """Whether a part is written so that its bytes can be searched: in ASCII or what extends it."""
    declared = _DECLARED.match(start.removeprefix(b"\xef\xbb\xbf").lstrip())
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" and (
        declared is None or declared[1].lower() in _ENCODINGS
    )
