"""What arrives as a form: looked at before anything reads it."""

from __future__ import annotations

import re
from pathlib import Path

from core.i18n import N_
from surveys.xlsform.archives import look_into
from surveys.xlsform.errors import BROKEN, TOO_LARGE, TOO_MANY_CELLS, WRONG_KIND, FormErrors, error
from surveys.xlsform.limits import LARGEST, LARGEST_TEXT, LARGEST_XLS, LONGEST_CELL, MEGABYTE, TAGS, TOO_LONG_CELL

MOST_BLANKS = 200
_KINDS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".csv": "csv", ".md": "md", ".xml": "xml"}
_LONG_ATTRIBUTE = re.compile(rb"=\s?(?:\"[^\"<]{%d}|'[^'<]{%d})" % (LONGEST_CELL, LONGEST_CELL))
_BLANKS = re.compile(rb"=\s?(?:\"[^\"<]*?[ \t\r\n]{%d}|'[^'<]*?[ \t\r\n]{%d})" % (MOST_BLANKS, MOST_BLANKS))
_LARGEST = {"xlsx": LARGEST, "xls": LARGEST_XLS}

TOO_MANY_BLANKS = N_("An expression of this form holds more than {limit} blanks in a row. Delete them.")


def read_file(file: Path | bytes, filename: str) -> tuple[str, bytes]:
    """The kind ("xlsx", "xls", "csv", "md" or "xml") and the bytes of a form; raises FormErrors."""
    if isinstance(file, Path):
        _limit(file.stat().st_size, LARGEST)
        file = file.read_bytes()
    kind = _KINDS.get(Path(filename).suffix.lower(), "")
    if file.startswith(b"PK\x03\x04"):
        kind = "xlsx"
    elif file.startswith(b"\xd0\xcf\x11\xe0"):
        kind = "xls"
    elif kind in ("xlsx", "xls"):
        raise FormErrors((error(BROKEN),))
    _limit(len(file), _LARGEST.get(kind, LARGEST_TEXT))
    if not kind:
        raise FormErrors((error(WRONG_KIND),))
    if kind == "xlsx":
        look_into(file)
    elif kind == "xml":
        _look_at_xml(file)
    elif kind in ("csv", "md"):
        file = _as_text(file)
    return kind, file


def _limit(size: int, limit: int) -> None:
    if size > limit:
        raise FormErrors((error(TOO_LARGE, limit=str(limit // MEGABYTE)),))


def _look_at_xml(file: bytes) -> None:
    """Refuses a document with a document type, or with more elements than a form can have."""
    if b"<!DOCTYPE" in file or b"<!ENTITY" in file:
        raise FormErrors((error(BROKEN),))
    if _LONG_ATTRIBUTE.search(file):
        raise FormErrors((error(TOO_LONG_CELL, limit=str(LONGEST_CELL)),))
    if _BLANKS.search(file):
        raise FormErrors((error(TOO_MANY_BLANKS, limit=str(MOST_BLANKS)),))
    if file.count(b"<") > TAGS:
        raise FormErrors((error(TOO_MANY_CELLS, limit=str(TAGS)),))


def _as_text(file: bytes) -> bytes:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return file.decode(encoding).replace("\x00", "").encode()
        except UnicodeDecodeError:
            continue
    raise FormErrors((error(BROKEN),))
