"""What a file is, by its first bytes.

The table is ours: it names the few types that questions ask for and forms show, and what it does
not know is not taken. A library would know hundreds that must be refused all the same. Signatures
are those of the formats' own specifications; containers are told apart by their brand
(ISO 14496-12, 4.3; RFC 9649 and RIFF's form types; RFC 8794 for EBML).
"""

from __future__ import annotations

import re

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
