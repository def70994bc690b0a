"""Text with Telegram's HTML in it, read as the Bot API reads it ("HTML style").

The outcome is plain text and entities; offsets count UTF-16 units. Whatever the API would
refuse is refused, with the byte offset it happened at.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.errors import Refusal, bad_request

Entity = dict[str, Any]

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
# The API knows four names and numbers; every other reference stays as it is written.
REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]+|#x[0-9a-fA-F]+);")
SAFE_URL = re.compile(r"(?:https?://[^\s/]|tg://|mailto:|tel:)", re.IGNORECASE)
TAG = re.compile(r"<(?P<end>/?)(?P<name>[^\s<>/]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"""\s*(?P<name>[^\s=<>/"']+)\s*(?:=\s*(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<n>[^\s"'<>]+)))?""")


@dataclass
class _Open:
    name: str
    start: int
    attributes: dict[str, str]
    at: int


@dataclass
class _Reader:
    source: str
    text: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def read(self) -> None:
        position = 0
        while position < len(self.source):
            start = self.source.find("<", position)
            if start < 0:
                break
            self._add(self.source[position:start])
            tag = TAG.match(self.source, start)
            if tag is None:
                raise self._fault(start, "Unclosed start tag at byte offset {at}")
            (self._end if tag["end"] else self._start)(tag)
            position = tag.end()
        self._add(self.source[position:])
        if self.stack:
            last = self.stack[-1]
            raise self._fault(last.at, f'Can\'t find end tag corresponding to start tag "{last.name}"')

    def _start(self, tag: re.Match[str]) -> None:
        name = tag["name"].lower()
        attributes = _attributes(tag["rest"])
        if name not in KINDS:
            raise self._fault(tag.start(), f'Unsupported start tag "{name}" at byte offset {{at}}')
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._fault(tag.start(), 'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.stack.append(_Open(name, self.length, attributes, tag.start()))

    def _end(self, tag: re.Match[str]) -> None:
        name = tag["name"].lower()
        if not self.stack:
            raise self._fault(tag.start(), "Unexpected end tag at byte offset {at}")
        opened = self.stack.pop()
        if name not in {opened.name, ""}:
            expected = f'expected "</{opened.name}>", found "</{name}>"'
            raise self._fault(tag.start(), f"Unmatched end tag at byte offset {{at}}, {expected}")
        if self.length > opened.start:
            entity = _entity(opened, self.length)
            if entity is not None:
                self.entities.append(entity)

    def _add(self, raw: str) -> None:
        plain = REFERENCE.sub(lambda found: html.unescape(found[0]), raw)
        self.text.append(plain)
        self.length += units(plain)

    def _fault(self, at: int, reason: str) -> Refusal:
        offset = len(self.source[:at].encode())
        return bad_request(f"can't parse entities: {reason.replace('{at}', str(offset))}")


def read_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text and its entities, outermost first; raises a Refusal where Telegram would."""
    reader = _Reader(source)
    reader.read()
    return "".join(reader.text), sorted(
        _with_languages(reader.entities), key=lambda entity: (entity["offset"], -entity["length"])
    )


def units(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _attributes(rest: str) -> dict[str, str]:
    return {
        found["name"].lower(): html.unescape(found["d"] or found["s"] or found["n"] or "")
        for found in ATTRIBUTE.finditer(rest)
    }


def _entity(opened: _Open, end: int) -> Entity | None:
    entity: Entity = {"type": KINDS[opened.name], "offset": opened.start, "length": end - opened.start}
    match opened.name:
        case "a":
            url = opened.attributes.get("href", "")
            return entity | {"url": url} if SAFE_URL.match(url) else None
        case "tg-emoji":
            return entity | {"custom_emoji_id": opened.attributes.get("emoji-id", "")}
        case "blockquote" if "expandable" in opened.attributes:
            return entity | {"type": "expandable_blockquote"}
        case "code" if opened.attributes.get("class", "").startswith("language-"):
            return entity | {"language": opened.attributes["class"].removeprefix("language-")}
    return entity


def _with_languages(entities: list[Entity]) -> Iterator[Entity]:
    """`<pre><code class="language-...">` is one entity, not two."""
    languages = {(e["offset"], e["length"]): e["language"] for e in entities if e["type"] == "code" and "language" in e}
    pres = {(e["offset"], e["length"]) for e in entities if e["type"] == "pre"}
    for entity in entities:
        place = (entity["offset"], entity["length"])
        if entity["type"] == "pre" and place in languages:
            yield entity | {"language": languages[place]}
        elif entity["type"] != "code":
            yield entity
        elif place not in pres:
            yield {name: value for name, value in entity.items() if name != "language"}
