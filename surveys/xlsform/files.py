"""What arrives as a form: looked at before anything reads it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from surveys.xlsform.errors import BROKEN, TOO_LARGE, TOO_MANY_CELLS, WRONG_KIND, FormErrors, error

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
UNPACKED = 60 * MEGABYTE
CELLS = 500_000
_KINDS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".csv": "csv", ".md": "md", ".xml": "xml"}


def read_file(file: Path | bytes, filename: str) -> tuple[str, bytes]:
    """The kind ("xlsx", "xls", "csv", "md" or "xml") and the bytes of a form; raises FormErrors."""
    if isinstance(file, Path):
        _limit(file.stat().st_size)
        file = file.read_bytes()
    _limit(len(file))
    kind = _KINDS.get(Path(filename).suffix.lower(), "")
    if file.startswith(b"PK\x03\x04"):
        kind = "xlsx"
    elif file.startswith(b"\xd0\xcf\x11\xe0"):
        kind = "xls"
    elif kind in ("xlsx", "xls"):
        raise FormErrors((error(BROKEN),))
    if not kind:
        raise FormErrors((error(WRONG_KIND),))
    if kind == "xlsx":
        _look_into(file)
    elif kind in ("csv", "md"):
        file = _as_text(file)
    return kind, file


def _limit(size: int) -> None:
    if size > LARGEST:
        raise FormErrors((error(TOO_LARGE, limit=str(LARGEST // MEGABYTE)),))


def _look_into(file: bytes) -> None:
    """Refuses an archive that would unpack to more than a form can be."""
    try:
        with ZipFile(BytesIO(file)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise FormErrors((error(TOO_LARGE, limit=str(LARGEST // MEGABYTE)),))
            sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/") and one.endswith(".xml")]
            if not sheets:
                raise FormErrors((error(WRONG_KIND),))
            if sum(_cells(archive, one) for one in sheets) > CELLS:
                raise FormErrors((error(TOO_MANY_CELLS, limit=str(CELLS)),))
    except (BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError) as fault:
        raise FormErrors((error(BROKEN),)) from fault


def _cells(archive: ZipFile, name: str) -> int:
    """The cells and rows of a sheet, counted without building it."""
    found, rest = 0, b""
    with archive.open(name) as sheet:
        while block := sheet.read(MEGABYTE):
            block = rest + block
            found += block.count(b"<c ") + block.count(b"<c>") + block.count(b"<row")
            rest = block[-3:]
    return found


def _as_text(file: bytes) -> bytes:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return file.decode(encoding).replace("\x00", "").encode()
        except UnicodeDecodeError:
            continue
    raise FormErrors((error(BROKEN),))
