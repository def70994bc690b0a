"""Files that go with a mailing: which may, looked at by their contents before they are taken."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass
from hashlib import sha256

from core.media_types import HEAD, TEXT, ZIP, sniff
from notifications.content.errors import FileKindUnknown, FileNameUnfit, FileNotWhatItSays, FileTooHeavy

MEGABYTE = 1024 * 1024
LARGEST_FILE = 50  # MB; Bot API, "Sending files"
LONGEST_NAME = 100
LONGEST_HEAD = MEGABYTE  # of a JPEG: what cameras write before the frame
NAME = re.compile(r"[^\W_][\w .,()+&'’-]*\.[A-Za-z0-9]{2,5}")
UNFIT = re.compile(r"(?:%(?:22|0[AD])|[^\w .,()+&'’-])+")  # browsers write quotes and line ends in percents
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
OFFICE = {  # the type, and what a file of this type holds (ECMA-376, part 2; OpenDocument 1.3, part 2, section 3.3)
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/document.xml"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/workbook.xml"),
    "odt": ("application/vnd.oasis.opendocument.text", "mimetype"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "mimetype"),
}
TEXTS = {"csv": "text/csv", "txt": TEXT, "ics": "text/calendar"}
PDF = "application/pdf"
KINDS = ("PDF", "DOCX", "ODT", "XLSX", "ODS", "CSV", "TXT", "ICS", "PNG", "JPEG", "GIF")
ENDINGS = (*PICTURES, *OFFICE, *TEXTS, "pdf")
METHOD = re.compile(rb"^METHOD:([A-Za-z-]{1,20})\r?$", re.MULTILINE)  # RFC 5545, section 3.7.2


@dataclass(frozen=True)
class MailedFile:
    """A file as mailings speak of it; `width` and `height` are a picture's, in pixels."""

    name: str
    media_type: str
    sha256: str
    size: int
    width: int = 0
    height: int = 0

    @property
    def is_picture(self) -> bool:
        return self.media_type in PICTURES.values()

    @property
    def bare_type(self) -> str:
        """The type without its parameters."""
        return self.media_type.partition(";")[0]


def look_at(name: str, content: bytes) -> MailedFile:
    """What a file is; raises FileNameUnfit, FileKindUnknown, FileNotWhatItSays, FileTooHeavy."""
    name = check_name(name)
    if len(content) > LARGEST_FILE * MEGABYTE:
        raise FileTooHeavy(name=name, limit=LARGEST_FILE)
    ending = name.rpartition(".")[2].lower()
    media_type = _type(ending, content)
    width, height = picture_size(media_type, content)
    if not media_type or (ending in PICTURES and not (width and height)):
        raise FileNotWhatItSays(name=name, kind=ending.upper())
    return MailedFile(name, media_type, sha256(content).hexdigest(), len(content), width, height)


def check_name(name: str) -> str:
    """The name in Unicode's composed form, as texts write it; raises FileNameUnfit, FileKindUnknown."""
    name = unicodedata.normalize("NFC", name)
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise FileNameUnfit(name=name[:LONGEST_NAME], most=LONGEST_NAME)
    if name.rpartition(".")[2].lower() not in ENDINGS:
        raise FileKindUnknown(name=name, known=", ".join(KINDS))
    return name


def fitting_name(name: str) -> str:
    """What a browser calls a file, without folders and with hyphens for what cannot stand in a name."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    stem, dot, ending = last.rpartition(".")
    stem = UNFIT.sub("-", stem).strip(" ._-'’,()+&")[: LONGEST_NAME - len(ending) - 1].strip()
    return f"{stem or 'file'}{dot}{ending}"


def picture_size(media_type: str, content: bytes) -> tuple[int, int]:
    """Width and height of a picture as its head tells them, (0, 0) where it does not."""
    try:
        match media_type:
            case "image/png":  # RFC 2083, section 4.1.1
                return struct.unpack(">II", content[16:24]) if content[12:16] == b"IHDR" else (0, 0)
            case "image/gif":
                return struct.unpack("<HH", content[6:10])
            case "image/jpeg":
                return _jpeg_size(content)
    except (struct.error, IndexError):  # it ends too early
        pass
    return 0, 0


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """ITU-T T.81, annex B: segments one behind the other, the frame's header among them."""
    at = 2
    while at < LONGEST_HEAD and content[at : at + 1] == b"\xff":
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length, _, height, width = struct.unpack(">HBHH", content[at + 2 : at + 9])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return width, height
        at += 2 + length
    return 0, 0


def _type(ending: str, content: bytes) -> str:
    """The media type of contents that fit an ending, "" where they do not."""
    found = sniff(content[:HEAD])
    if ending in PICTURES:
        return PICTURES[ending] if found == PICTURES[ending] else ""
    if ending in OFFICE:
        return _office_type(ending, content) if found == ZIP else ""
    if ending in TEXTS:
        return _text_type(ending, content) if found == TEXT and b"\0" not in content else ""
    return PDF if found == PDF else ""


def _office_type(ending: str, content: bytes) -> str:
    media_type, needed = OFFICE[ending]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = archive.getinfo(needed)
            if needed != "mimetype":
                return media_type
            fits = entry.file_size < len(media_type) + 3 and archive.read(entry).strip() == media_type.encode()
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        return ""
    return media_type if fits else ""


def _text_type(ending: str, content: bytes) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:  # an old spreadsheet's CSV: whoever opens it has to know
        return "" if ending == "ics" else TEXTS[ending]
    if ending != "ics":
        return f"{TEXTS[ending]}; charset=utf-8"
    if not content.removeprefix(b"\xef\xbb\xbf").startswith(b"BEGIN:VCALENDAR"):
        return ""
    method = METHOD.search(content)
    told = f"; method={method[1].decode().upper()}" if method else ""  # has to agree with the file: RFC 6047
    return f"text/calendar; charset=utf-8{told}"
