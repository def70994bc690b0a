"""What a file is, by its first bytes, and which files a question takes.

The table is ours: it names the few types that questions ask for, and what it does not know is
not taken. A library would know hundreds that must be refused all the same. Signatures are those
of the formats' own specifications; containers are told apart by their brand (ISO 14496-12, 4.3;
RFC 9649 and RIFF's form types; RFC 8794 for EBML).
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from surveys.engine.form import Kind

HEAD = 4096
"""How many bytes of a file `sniff` looks at."""

UNKNOWN = ""
ZIP, TEXT, OLE = "application/zip", "text/plain", "application/x-ole-storage"
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/avif", "image/tiff")
SHOWN = frozenset(PICTURES[:4])
"""Pictures that every browser draws and that hold no script."""

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"PK\x03\x04", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"SQLite format 3\0", "application/geopackage+sqlite3"),
    (b"AC10", "image/vnd.dwg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = (
    ((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic"),
    ((b"avif", b"avis"), "image/avif"),
    ((b"M4A ", b"M4B "), "audio/mp4"),
    ((b"qt  ",), "video/quicktime"),
    ((b"3gp", b"3g2"), "video/3gpp"),
)
_FRAMES = re.compile(rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]")  # MPEG audio, layers II and III
_ADTS = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "image/tiff": ("tif", "tiff"),
    "audio/mpeg": ("mp3",),
    "audio/ogg": ("ogg", "oga", "opus", "ogv"),
    "audio/flac": ("flac",),
    "audio/amr": ("amr",),
    "audio/aac": ("aac",),
    "audio/wav": ("wav",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/webm": ("weba", "webm"),
    "audio/3gpp": ("3gp",),
    "video/mp4": ("mp4", "m4v"),
    "video/webm": ("webm", "mkv"),
    "video/ogg": ("ogv", "ogg"),
    "video/quicktime": ("mov",),
    "video/3gpp": ("3gp", "3g2"),
    "video/mpeg": ("mpg", "mpeg"),
    "video/x-msvideo": ("avi",),
    "application/pdf": ("pdf",),
    "application/rtf": ("rtf",),
    ZIP: ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "odg", "kmz", "epub"),
    OLE: ("doc", "xls", "ppt"),
    TEXT: ("txt", "csv", "tsv", "md", "json", "geojson", "kml", "gpx", "ics"),
    "application/geopackage+sqlite3": ("gpkg",),
    "image/vnd.dwg": ("dwg",),
}
"""The endings a file of a type may keep, the usual one first. No ending that a computer runs or a
browser draws as a page is among them: a page sent as a file is kept as plain text."""

_HEARD = {  # containers of pictures and sound, where sound was asked for
    "video/mp4": "audio/mp4", "video/webm": "audio/webm", "video/3gpp": "audio/3gpp", "video/quicktime": "audio/mp4",
}  # fmt: skip
_SEEN = {"audio/ogg": "video/ogg"}
MEDIA = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.FILE})
"""The kinds whose answer is a file; a barcode's may be a picture."""

TAKES_FILES = MEDIA | {Kind.BARCODE}
LONGEST_STEM = 60
FALLBACK = {Kind.IMAGE: "photo", Kind.BARCODE: "photo", Kind.AUDIO: "audio", Kind.VIDEO: "video"}
NAME = re.compile(r"[A-Za-z0-9_-]{1,60}-[0-9a-f]{8,16}\.[a-z0-9]{2,7}")
"""What the names that we give look like."""


def sniff(head: bytes) -> str:
    """The media type by a file's first `HEAD` bytes, "" for one that no question takes."""
    for start, media_type in _STARTS:
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        found = (media_type for brands, media_type in _BRANDS if head[8:12].startswith(brands))
        return next(found, "video/mp4")
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video/quicktime"
    if _ADTS.match(head):
        return "audio/aac"
    if _FRAMES.match(head):
        return "audio/mpeg"
    return TEXT if head and not _NO_TEXT.search(head) else UNKNOWN


def fitting(kind: Kind, media_type: str) -> str:
    """The type as a question of this kind takes it, "" where it does not."""
    match kind:
        case Kind.IMAGE | Kind.BARCODE:
            return media_type if media_type in PICTURES else UNKNOWN
        case Kind.AUDIO:
            heard = _HEARD.get(media_type, media_type)
            return heard if heard.startswith("audio/") else UNKNOWN
        case Kind.VIDEO:
            seen = _SEEN.get(media_type, media_type)
            return seen if seen.startswith("video/") else UNKNOWN
        case Kind.FILE:
            return media_type
    return UNKNOWN


def extension_of(given_name: str) -> str:
    """The ending of a name in small letters, "" where it has none."""
    _, dot, ending = given_name.rpartition(".")
    return ending.lower() if dot else ""


def attachment_name(kind: Kind, given_name: str, ending: str, identity: bytes) -> str:
    """A name that is safe everywhere and the same for the same file; `identity` is what makes it that one."""
    last = re.split(r"[/\\]", given_name)[-1]
    stem = last[: -len(extension_of(last)) - 1] if extension_of(last) else last
    bare = unicodedata.normalize("NFKD", stem[: 4 * LONGEST_STEM]).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9_]+", "-", bare).strip("-_")[:LONGEST_STEM].strip("-_")
    return f"{safe or FALLBACK.get(kind, 'file')}-{sha256(identity).hexdigest()[:8]}.{ending}"


def ending_for(media_type: str, given_name: str) -> str:
    """The given ending where files of this type may keep it, else the usual one."""
    allowed = EXTENSIONS[media_type]
    given = extension_of(given_name)
    return given if given in allowed else allowed[0]


def expected_ending(kind: Kind, given_name: str, said_type: str) -> str:
    """The ending for a file that is not here yet, by what its sender says of it."""
    given = extension_of(given_name)
    if any(given in allowed for allowed in EXTENSIONS.values()):
        return given
    said = said_type.partition(";")[0].strip().lower()
    said = TEXT if said.startswith("text/") else said
    if said in EXTENSIONS:
        return EXTENSIONS[said][0]
    return {Kind.IMAGE: "jpg", Kind.BARCODE: "jpg", Kind.AUDIO: "ogg", Kind.VIDEO: "mp4"}.get(kind, "bin")
