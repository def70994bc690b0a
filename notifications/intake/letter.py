"""A mail that came in, read so that nothing in it can harm: bounded, and never raising."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from functools import cached_property
from html import unescape

from core.errors import Problem
from core.i18n import N_

MOST_BYTES = 20_000_000
MOST_PARTS = 200
MOST_TEXT = 200_000
TAG = re.compile(r"<(?:br|p|div|tr|li|/p|/div|/tr|/td)[^>]{0,500}>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[a-zA-Z/!][^>]{0,2000}>")


class LetterTooLarge(Problem):
    text = N_("This file is larger than any mail ({limit} MB). Choose a single mail as it arrived.")
    status = 413


@dataclass(frozen=True)
class Letter:
    """A parsed mail; headers are asked for by name, in any case."""

    message: Message

    def header(self, name: str) -> str:
        """A header's value on one line, encoded words read (RFC 2047), "" when it is not there."""
        value = self.message.get(name, "")
        try:
            value = str(make_header(decode_header(str(value))))
        except (ValueError, LookupError):  # as it stands, then
            value = str(value)
        return " ".join(value.split())

    def headers(self, *names: str) -> list[str]:
        """The values of all headers of these names, as often as they stand there."""
        return [" ".join(str(value).split()) for name in names for value in self.message.get_all(name, [])]

    @cached_property
    def parts(self) -> tuple[Message, ...]:
        """The parts outside of a message that is returned within, in their order."""
        return tuple(_own_parts(self.message, [0]))

    @cached_property
    def text(self) -> str:
        """What the mail says in words, without the returned message, line ends unified."""
        spoken = [part for part in self.parts if part.get_content_type() != "text/calendar"]
        texts = [_words(part) for part in spoken if part.get_content_maintype() in {"text", "multipart"}]
        return "\n".join(one for one in texts if one)[:MOST_TEXT]

    @cached_property
    def returned(self) -> Message | None:
        """The message that came back, or its headers, where it is a part of its own."""
        for part in self.message.walk():
            kind = part.get_content_type()
            payload = part.get_payload()
            if kind == "message/rfc822" and isinstance(payload, list) and payload:
                inner = payload[0]
                return inner if isinstance(inner, Message) else None
            if kind == "text/rfc822-headers":
                return BytesParser(policy=policy.compat32).parsebytes(bytes_of(part), headersonly=True)
        return None


def read_letter(raw: bytes) -> Letter:
    """Parses a mail as it arrived; raises LetterTooLarge, and nothing else whatever the bytes are."""
    if len(raw) > MOST_BYTES:
        raise LetterTooLarge(limit=MOST_BYTES // 1_000_000)
    # compat32 keeps what is malformed as it is; the newer policies raise for some of it when asked.
    parser = BytesParser(policy=policy.compat32)
    try:
        return Letter(parser.parsebytes(raw))
    except RecursionError:  # parts within parts without end: nobody's mail
        return Letter(parser.parsebytes(raw, headersonly=True))


def _own_parts(message: Message, seen: list[int]) -> Iterator[Message]:
    seen[0] += 1
    if seen[0] > MOST_PARTS:
        return
    yield message
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _own_parts(part, seen)


def bytes_of(part: Message) -> bytes:
    """A part's contents, empty where they cannot be decoded."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):  # a transfer encoding that is none
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _words(part: Message) -> str:
    if part.get_content_maintype() == "multipart":
        payload = part.get_payload()  # a text where no boundary was found
        return payload if isinstance(payload, str) else part.preamble or ""
    raw = bytes_of(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        text = raw.decode(charset, "replace")
    except LookupError:
        text = raw.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return to_text(text) if part.get_content_type() == "text/html" else text


def to_text(html: str) -> str:
    """The words of HTML, roughly: enough to look for a sentence in."""
    return unescape(ANY_TAG.sub(" ", TAG.sub("\n", html[:MOST_TEXT])))
