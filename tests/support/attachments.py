"""Files of every kind, the smallest that are what they say, and a form that asks for them."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.engine.form import Form, Group, Kind, Question, Text, Texts
from surveys.responses.shelf import FormShelf

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


def opened(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


ASKED = (
    ("name", Kind.TEXT, "Your name?"),
    ("picture", Kind.IMAGE, "A picture of the place?"),
    ("sound", Kind.AUDIO, "Tell us in your voice?"),
    ("film", Kind.VIDEO, "A video?"),
    ("paper", Kind.FILE, "A document?"),
    ("code", Kind.BARCODE, "The code on the sign?"),
    ("place", Kind.GEOPOINT, "Where is it?"),
    ("idea", Kind.TEXT, "One proposal?"),
)


def media_form(*names: str, together: bool = False) -> Form:
    """A form of the questions named, in the order of ASKED (all where none is); `together` on one page."""
    under = "/data/page" if together else "/data"
    wanted = tuple(
        Question(ref=f"{under}/{name}", name=name, kind=kind, label=_text(label))
        for name, kind, label in ASKED
        if not names or name in names
    )
    page = (
        (Group(ref="/data/page", name="page", label=_text("The place"), children=wanted, field_list=True),)
        if together
        else wanted
    )
    root = Group(ref="/data", name="data", label={}, children=page)
    return Form(
        name="form", version=1, title="Follow-up", languages=(), default_language="", root=root, choices={}
    )  # fmt: skip


def _text(text: str) -> Texts:
    return {"": Text((text,))}


@dataclass
class OneForm(FormShelf):
    """A shelf on which every version is one form."""

    form: Form

    def get(self, session: Session, form_version_id: int) -> Form:
        return self.form
