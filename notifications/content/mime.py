"""How a mail's text is written for the wire: headers, and parts in quoted-printable with gaps for the person."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from email.header import Header
from functools import lru_cache

from notifications.content.skeleton import Clean, Skeleton

CRLF = "\r\n"
CONTROL = re.compile("[\x00-\x1f\x7f]")
SOFT_BREAK = b"=\r\n"  # RFC 2045, section 6.7, rule 5: it may stand anywhere, and is not read


class HeaderUnsafe(ValueError):
    """A header's value holds a line break or another control character."""


def header(name: str, value: str) -> str:
    """One header line; text beyond ASCII is encoded (RFC 2047), line breaks are refused."""
    return plain_header(name, value) if value.isascii() else _encoded_header(name, value)


@lru_cache(maxsize=256)
def _encoded_header(name: str, value: str) -> str:
    """Most subjects are the same for everybody."""
    _check(name, value)
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=CRLF)}{CRLF}"


def plain_header(name: str, value: str) -> str:
    """One header line as it is: an address of another alphabet stands in it unencoded (RFC 6532)."""
    _check(name, value)
    return f"{name}: {value}{CRLF}"


def _check(name: str, value: str) -> None:
    if CONTROL.search(value):
        raise HeaderUnsafe(name)


def part_head(kind: str) -> str:
    """What stands above a part of quoted text, with the empty line behind it."""
    return f"Content-Type: {kind}; charset=utf-8{CRLF}Content-Transfer-Encoding: quoted-printable{CRLF}{CRLF}"


def quote(text: str) -> bytes:
    """Quoted-printable with CRLF line ends."""
    quoted = b2a_qp(text.replace(CRLF, "\n").encode(), quotetabs=False, istext=True)
    return quoted.replace(b"\n", b"\r\n")


@dataclass(frozen=True)
class Quoted:
    """Finished bytes and, between them, gaps with how a value is made fit for its place."""

    pieces: tuple[bytes, ...]
    gaps: tuple[tuple[str, Clean], ...]

    def fill(self, values: Mapping[str, str]) -> bytes:
        made: dict[tuple[str, Clean], bytes] = {}
        out = [self.pieces[0]]
        for gap, piece in zip(self.gaps, self.pieces[1:], strict=True):
            if gap not in made:
                name, clean = gap
                made[gap] = quote(clean(values[name]))
            out += (made[gap], piece)
        return b"".join(out)


def quote_skeleton(skeleton: Skeleton) -> Quoted:
    """A text as quoted-printable; soft breaks keep lines short whatever the gaps are filled with."""
    quoted = [quote(piece) for piece in skeleton.pieces]
    last = len(quoted) - 1
    pieces = [
        (SOFT_BREAK if number else b"") + piece + (SOFT_BREAK if number < last else b"")
        for number, piece in enumerate(quoted)
    ]
    return Quoted(tuple(pieces), tuple((gap, skeleton.clean) for gap in skeleton.gaps))


def join(*parts: str | Quoted) -> Quoted:
    """Text and parts, one behind the other, as one."""
    pieces, gaps = [b""], list[tuple[str, Clean]]()
    for part in parts:
        if isinstance(part, str):
            pieces[-1] += part.encode()
        else:
            pieces[-1] += part.pieces[0]
            pieces += part.pieces[1:]
            gaps += part.gaps
    return Quoted(tuple(pieces), tuple(gaps))
