"""Files of every kind, the smallest that are what they say, and a form that asks for them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from surveys.xlsform.files import read_file
from surveys.xlsform.sheets import convert, read_sheets

JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"
GIF = b"GIF89a\x01\0\x01\0\0\0\0;"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
OGG = b"OggS\0\x02" + bytes(22) + b"OpusHead"
MP3 = b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0"
MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41"
M4A = b"\0\0\0\x18ftypM4A \0\0\x02\0isommp42"
WAV = b"RIFF\x24\0\0\0WAVEfmt "
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01webm"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
ZIP = b"PK\x03\x04\x14\0\0\0"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0"


def png(width: int = 1, height: int = 1) -> bytes:
    """A picture that every browser draws."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )  # fmt: skip


def jpeg(width: int, height: int) -> bytes:
    """The head of a picture: what is read of it before it is taken."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + frame + b"\xff\xd9"


def office_file(entry: str, content: str = "") -> bytes:
    """A ZIP with one entry, by which office files are told apart."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(entry, content)
    return made.getvalue()


ASKED = (
    ("name", "text", "Your name?"),
    ("picture", "image", "A picture of the place?"),
    ("sound", "audio", "Tell us in your voice?"),
    ("film", "video", "A video?"),
    ("paper", "file", "A document?"),
    ("code", "barcode", "The code on the sign?"),
    ("place", "geopoint", "Where is it?"),
    ("idea", "text", "One proposal?"),
)


def media_form(*names: str, together: bool = False) -> str:
    """The XForm of the questions named, in the order of ASKED (all where none is); `together` on one page."""
    wanted = [f"| | {kind} | {name} | {label} | |" for name, kind, label in ASKED if not names or name in names]
    page = ["| | begin_group | page | The place | field-list |", *wanted, "| | end_group | | | |"]
    head = ["| survey |", "| | type | name | label | appearance |"]
    title = ["| settings |", "| | form_title |", "| | Follow-up |"]
    table = "\n".join([*head, *(page if together else wanted), *title])
    sheets = read_sheets(*read_file(table.encode(), "form.md"))
    return convert(sheets, "form")[0]
