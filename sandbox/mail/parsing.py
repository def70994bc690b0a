"""A raw message taken apart: headers, texts, links, attachments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser

URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True)
class Part:
    """An attachment or an embedded picture."""

    number: int
    name: str
    mime: str
    content_id: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What a mail program would show."""

    headers: list[tuple[str, str]]
    text: str
    html: str
    parts: list[Part]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def links(self) -> list[str]:
        """Every address in the HTML and the text, once, in order."""
        finder = _Links()
        finder.feed(self.html)
        return list(dict.fromkeys([*finder.found, *URL.findall(self.text)]))


def read_letter(raw: bytes) -> Letter:
    """Parses a message (RFC 5322, MIME)."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    headers = [(name, str(value)) for name, value in message.items()]
    return Letter(headers, _body(message, "plain"), _body(message, "html"), list(_parts(message)))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # an unknown character set, or bytes that do not fit it
        return _bytes(part).decode(errors="replace")
    return content if isinstance(content, str) else ""


def _parts(message: EmailMessage) -> list[Part]:
    bodies = [message.get_body(("plain",)), message.get_body(("html",))]
    leaves = [p for p in message.walk() if not p.is_multipart() and not any(p is body for body in bodies)]
    return [
        Part(
            number,
            part.get_filename() or f"part-{number}",
            part.get_content_type(),
            str(part.get("Content-ID", "")).strip("<> "),
            _bytes(part),
        )
        for number, part in enumerate(leaves, 1)
    ]


def _bytes(part: object) -> bytes:
    content = part.get_payload(decode=True) if isinstance(part, EmailMessage) else b""
    return content if isinstance(content, bytes) else b""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]
