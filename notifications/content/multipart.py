"""A mail of several parts (RFC 2045, 2046, 2387, 2183, 2231): what is personal first, then what is everybody's.

    multipart/mixed, where files are attached
        multipart/alternative
            text/plain
            multipart/related, where the text shows pictures
                text/html
                pictures, the reader's code for an event's door among them
            text/calendar, where the mail is about an event (RFC 6047)
        the calendar once more as a file, for programs that look for one
        attachments

Both texts come before every file, so that the files' bytes are encoded once and shared by all mails.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from notifications.calendars.part import CalendarText
from notifications.content.enclosed import Enclosed
from notifications.content.files import MailedFile
from notifications.content.mime import CRLF, Quoted, join, part_head

# "=_" cannot stand in quoted-printable (RFC 2045, section 6.7), "_" not in base64. None begins like another.
ALTERNATIVE, RELATED, MIXED = "=_ascolto", "=_related", "=_mixed"
LINE = 57  # bytes that make a line of base64
LONGEST_PARAMETER = 60
CALENDAR_FILE = "invite.ics"
DOOR_FILE = "code.png"


@dataclass(frozen=True)
class Contents:
    """Stands for a file's bytes in base64."""

    sha256: str
    size: int

    @property
    def encoded_size(self) -> int:
        lines, rest = divmod(self.size, LINE)
        return lines * (LINE // 3 * 4 + 2) + (-(-rest // 3) * 4 + 2 if rest else 0)


@dataclass(frozen=True)
class Drawn:
    """Stands for a picture that is made for one person: the value of this name, in base64."""

    name: str
    encoded_size: int = 4096  # at most, about


Piece = bytes | Contents | Quoted | Drawn
Tail = tuple[Piece, ...]  # what is quoted has gaps


@dataclass(frozen=True)
class Parts:
    """The content type of a mail, its texts with their gaps, and the files behind them."""

    content_type: str
    body: Quoted
    tail: Tail = ()


def encode(content: bytes) -> bytes:
    """Base64 in lines, as it stands on the wire."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def content_id(file: MailedFile, domain: str) -> str:
    """The name by which a mail's page shows a picture (RFC 2392)."""
    return f"{file.sha256[:32]}@{domain}"


def door_id(domain: str) -> str:
    """The name by which a mail's page shows its reader's code for the door."""
    return f"door-code@{domain}"


def make_parts(  # noqa: PLR0913, PLR0917 - each part that a mail can have
    plain: Quoted,
    page: Quoted,
    enclosed: Enclosed,
    domain: str,
    calendar: CalendarText | None = None,
    door: str = "",
) -> Parts:
    """Puts the texts and files of a mail together; `domain` makes the pictures' names unique.

    `door` is the name of the value that holds the reader's code for the door, "" where there is none.
    """
    content_type = f'multipart/alternative; boundary="{ALTERNATIVE}"'
    opened: list[str | Quoted] = []
    tail: list[Piece] = []
    is_mixed = bool(enclosed.attachments or calendar)
    if is_mixed:
        opened.append(f"--{MIXED}{CRLF}Content-Type: {content_type}{CRLF}{CRLF}")
        content_type = f'multipart/mixed; boundary="{MIXED}"'
    opened += [f"--{ALTERNATIVE}{CRLF}{part_head('text/plain')}", plain, f"{CRLF}--{ALTERNATIVE}{CRLF}"]
    if enclosed.pictures or door:
        related = f'Content-Type: multipart/related; type="text/html"; boundary="{RELATED}"'
        opened.append(f"{related}{CRLF}{CRLF}--{RELATED}{CRLF}")
        for one in enclosed.pictures:
            tail += [_head(RELATED, one.file, "inline", content_id(one.file, domain)), _contents(one.file)]
        tail += [_drawn_head(domain), Drawn(door)] if door else []
        tail.append(f"--{RELATED}--{CRLF}".encode())
    opened += [part_head("text/html"), page, CRLF]
    tail += _for_calendars(calendar) if calendar else [f"--{ALTERNATIVE}--{CRLF}".encode()]
    for file in enclosed.attachments:
        tail += [_head(MIXED, file, "attachment"), _contents(file)]
    if is_mixed:
        tail.append(f"--{MIXED}--{CRLF}".encode())
    texts = [one.decode() if isinstance(one, bytes) else one for one in tail if not isinstance(one, Contents | Drawn)]
    if len(texts) == len(tail):  # no files: one piece
        return Parts(content_type, join(*opened, *texts))
    return Parts(content_type, join(*opened), _joined(tail))


def tail_size(tail: Tail) -> int:
    """Bytes of a mail's files on the wire."""
    return sum(map(_size, tail))


def _size(piece: Piece) -> int:
    if isinstance(piece, Quoted):
        return sum(map(len, piece.pieces))
    return piece.encoded_size if isinstance(piece, Contents | Drawn) else len(piece)


def _for_calendars(calendar: CalendarText) -> list[Piece]:
    """The last part of the alternative, and the same as a file."""
    kind = f"text/calendar; method={calendar.method}"
    file = (
        f"Content-Type: application/ics{parameter('name', CALENDAR_FILE)}{CRLF}"
        f"Content-Transfer-Encoding: quoted-printable{CRLF}"
        f"Content-Disposition: attachment{parameter('filename', CALENDAR_FILE)}{CRLF}{CRLF}"
    )
    return [
        join(f"--{ALTERNATIVE}{CRLF}{part_head(kind)}", calendar.body, f"{CRLF}--{ALTERNATIVE}--{CRLF}"),
        join(f"--{MIXED}{CRLF}{file}", calendar.body, CRLF),
    ]


def parameter(name: str, value: str) -> str:
    """A header's parameter on lines of its own; what is long or beyond ASCII in pieces (RFC 2231, sections 3 and 4)."""
    if value.isascii() and len(value) <= LONGEST_PARAMETER:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f';{CRLF} {name}="{escaped}"'
    pieces = _pieces(quote(value, safe=""))
    if len(pieces) == 1:
        return f";{CRLF} {name}*=utf-8''{pieces[0]}"
    first, *others = pieces
    return f";{CRLF} {name}*0*=utf-8''{first}" + "".join(
        f";{CRLF} {name}*{number}*={piece}" for number, piece in enumerate(others, 1)
    )


def _pieces(quoted: str) -> list[str]:
    """Cut so that no %XX is parted."""
    pieces = []
    while quoted:
        end = min(LONGEST_PARAMETER, len(quoted))
        while end < len(quoted) and "%" in quoted[end - 2 : end]:
            end -= 1
        pieces.append(quoted[:end])
        quoted = quoted[end:]
    return pieces


def _head(boundary: str, file: MailedFile, disposition: str, identity: str = "") -> bytes:
    known = f"Content-ID: <{identity}>{CRLF}" if identity else ""
    return (
        f"--{boundary}{CRLF}Content-Type: {file.media_type}{CRLF}Content-Transfer-Encoding: base64{CRLF}{known}"
        f"Content-Disposition: {disposition}{parameter('filename', file.name)}{CRLF}{CRLF}"
    ).encode()


def _drawn_head(domain: str) -> bytes:
    return (
        f"--{RELATED}{CRLF}Content-Type: image/png{CRLF}Content-Transfer-Encoding: base64{CRLF}"
        f"Content-ID: <{door_id(domain)}>{CRLF}"
        f"Content-Disposition: inline{parameter('filename', DOOR_FILE)}{CRLF}{CRLF}"
    ).encode()


def _contents(file: MailedFile) -> Contents:
    return Contents(file.sha256, file.size)


def _joined(tail: Sequence[Piece]) -> Tail:
    """Bytes that follow one another are one piece."""
    pieces: list[Piece] = []
    for one in tail:
        if pieces and isinstance(one, bytes) and isinstance(last := pieces[-1], bytes):
            pieces[-1] = last + one
        else:
            pieces.append(one)
    return tuple(pieces)
