"""How a mail's text is written for the wire: headers, and parts in quoted-printable with gaps for the person."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from email.header import Header
from functools import cached_property, lru_cache

from notifications.content.skeleton import Clean, Skeleton

CRLF = "\r\n"
CONTROL = re.compile("[\x00-\x1f\x7f]")
PLAIN = re.compile("[A-Za-z0-9:/_~-][A-Za-z0-9:/._~ -]*+(?<! )")  # as most names and links: nothing to clean or quote
SHORT = 72  # characters of a value that fit on a line of quoted-printable, with the soft break behind them
LONGEST_LINE = 76  # of quoted-printable, without its end (RFC 2045, section 6.7, rule 5)
ROOM = LONGEST_LINE - 1  # of them, with a soft break behind them
FITS = 900  # characters of a value on one line, which has 998 (RFC 5322, section 2.1.1)
SOFT_BREAK = b"=\r\n"  # RFC 2045, section 6.7, rule 5: it may stand anywhere, and is not read


class HeaderUnsafe(ValueError):
    """A header's value holds a line break or another control character."""


def header(name: str, value: str) -> str:
    """One header line; text beyond ASCII, or too long for a line, is encoded and folded (RFC 2047), line breaks are
    refused."""
    return plain_header(name, value) if value.isascii() and len(value) <= FITS else _encoded_header(name, value)


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
    if not value.isprintable() and CONTROL.search(value):
        raise HeaderUnsafe(name)


def part_head(kind: str) -> str:
    """What stands above a part of quoted text, with the empty line behind it."""
    return f"Content-Type: {kind}; charset=utf-8{CRLF}Content-Transfer-Encoding: quoted-printable{CRLF}{CRLF}"


def quote(text: str) -> bytes:
    """Quoted-printable with CRLF line ends."""
    quoted = b2a_qp(text.replace(CRLF, "\n").encode(), quotetabs=False, istext=True)
    if quoted.startswith(b".") or b"\n." in quoted:
        quoted = b"\n".join(map(_without_dot, quoted.split(b"\n")))
    return quoted.replace(b"\n", b"\r\n")


def _without_dot(line: bytes) -> bytes:
    """A line that begins with no dot: one that does would have to be written anew for every person (RFC 2049, 3)."""
    if not line.startswith(b"."):
        return line
    line = b"=2E" + line[1:]
    if len(line) <= LONGEST_LINE:
        return line
    escape = line.rfind(b"=", ROOM - 2, ROOM)  # no =XX is parted
    end = escape if escape >= 0 else ROOM
    return line[:end] + b"=\n" + _without_dot(line[end:])


def _to_go_on(quoted: bytes) -> bytes:
    """Quoted text whose last line has room for the soft break that follows."""
    start = quoted.rfind(b"\n") + 1
    if len(quoted) - start <= ROOM:
        return quoted
    escape = quoted.rfind(b"=", start + ROOM - 2, start + ROOM)  # no =XX is parted
    end = escape if escape >= 0 else start + ROOM
    return quoted[:end] + SOFT_BREAK + _without_dot(quoted[end:])


@dataclass(frozen=True)
class Quoted:
    """Finished bytes and, between them, gaps with how a value is made fit for its place."""

    pieces: tuple[bytes, ...]
    gaps: tuple[tuple[str, Clean], ...]

    def fill(self, values: Mapping[str, str], head: bytes = b"") -> bytes:
        """The bytes with every gap filled, behind `head`; put together once, as they are many."""
        out = [head, *self._frame]
        for name, cleans in self._places:
            value = values[name]
            is_plain = len(value) <= SHORT and PLAIN.fullmatch(value) is not None and "  " not in value
            for clean, places in cleans:
                fit = value.encode() if is_plain else _to_go_on(quote(clean(value)))
                for place in places:
                    out[place] = fit
        return b"".join(out)

    @cached_property
    def _frame(self) -> tuple[bytes, ...]:
        """The pieces, with room for a value between each two."""
        return tuple(part for piece in self.pieces for part in (piece, b""))[:-1]

    @cached_property
    def _places(self) -> tuple[tuple[str, tuple[tuple[Clean, tuple[int, ...]], ...]], ...]:
        """Where the values stand behind a head, by name and how each is made fit."""
        found: dict[str, dict[Clean, list[int]]] = {}
        for number, (name, clean) in enumerate(self.gaps):
            found.setdefault(name, {}).setdefault(clean, []).append(2 + 2 * number)
        return tuple((name, tuple((clean, tuple(at)) for clean, at in ways.items())) for name, ways in found.items())


def quote_skeleton(skeleton: Skeleton) -> Quoted:
    """A text as quoted-printable; soft breaks keep lines short whatever the gaps are filled with."""
    quoted = [quote(piece) for piece in skeleton.pieces]
    last = len(quoted) - 1
    pieces = [
        (SOFT_BREAK if number else b"") + (_to_go_on(piece) + SOFT_BREAK if number < last else piece)
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
