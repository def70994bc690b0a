"""Which files a question takes, and what they are called."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from core.media_types import OLE, PICTURES, TEXT, UNKNOWN, ZIP
from surveys.engine.form import Kind

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
