"""Texts as they are kept: trimmed, with the entities that Telegram finds by itself, and shown as HTML."""

from __future__ import annotations

import html
import itertools
import re
from typing import Any

from sandbox.server.errors import bad_request
from sandbox.server.html import SAFE_URL, Entity, read_html, units

MAX_TEXT = 4096
MAX_CAPTION = 1024
FOUND_BY_ITSELF = [
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("url", re.compile(r"(?<![\w@])https?://[^\s<>\"]+[^\s<>\".,;:!?')\]]")),
    ("email", re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z][A-Za-z0-9_]{3,31}\b")),
]
TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


def formatted(request: dict[str, Any], field: str = "text") -> tuple[str, list[Entity]]:
    """The text or caption of a request as Telegram keeps it; raises a Refusal when it is empty, long or broken."""
    source, mode = str(request.get(field) or ""), str(request.get("parse_mode") or "")
    entities = list(request.get("entities" if field == "text" else "caption_entities") or [])
    if mode.lower() == "html":
        source, entities = read_html(source)
    elif mode:
        raise bad_request("unsupported parse_mode")
    text, entities = _trimmed(source.replace("\x00", ""), entities)
    if field == "text" and not text:
        raise bad_request("message text is empty")
    if len(text) > (MAX_TEXT if field == "text" else MAX_CAPTION):
        raise bad_request("message is too long" if field == "text" else "message caption is too long")
    return text, [*entities, *found_entities(text, entities)]


def found_entities(text: str, taken: list[Entity]) -> list[Entity]:
    """Commands, links, addresses and mentions in a plain text, where nothing else stands."""
    found: list[Entity] = []
    for kind, pattern in FOUND_BY_ITSELF:
        for match in pattern.finditer(text):
            entity: Entity = {"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])}
            if not any(_overlap(entity, other) for other in [*taken, *found]):
                found.append(entity)
    return sorted(found, key=lambda entity: int(entity["offset"]))


def as_html(text: str, entities: list[Entity]) -> str:
    """A text with its entities as safe HTML; line ends stay line ends."""
    encoded = text.encode("utf-16-le")
    cuts = {0, len(encoded) // 2}
    for entity in entities:
        cuts |= {entity["offset"], entity["offset"] + entity["length"]}
    places = sorted(cuts)
    parts = []
    for start, end in itertools.pairwise(places):
        inside = [e for e in entities if e["offset"] <= start and end <= e["offset"] + e["length"]]
        piece = encoded[2 * start : 2 * end].decode("utf-16-le")
        parts.append(_wrapped(piece, inside))
    return "".join(parts)


def _wrapped(piece: str, entities: list[Entity]) -> str:
    shown = html.escape(piece)
    for entity in entities:
        if entity["type"] in TAGS:
            tag = TAGS[entity["type"]]
            shown = f"<{tag}>{shown}</{tag}>"
        elif entity["type"] in {"text_link", "url", "email"}:
            address = entity.get("url") or (f"mailto:{piece}" if entity["type"] == "email" else piece)
            shown = f'<a href="{html.escape(address)}">{shown}</a>' if SAFE_URL.match(address) else shown
    return shown


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    stripped = text.strip()
    before, length = units(text[: len(text) - len(text.lstrip())]), units(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        end = min(entity["offset"] + entity["length"] - before, length)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return stripped, kept


def _overlap(one: Entity, other: Entity) -> bool:
    start, end = (
        max(one["offset"], other["offset"]),
        min(one["offset"] + one["length"], other["offset"] + other["length"]),
    )
    return bool(start < end)
