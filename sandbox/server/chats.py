"""Chats as a Bot API server keeps them: who is in them, and every message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.server.html import Entity

Json = dict[str, Any]


@dataclass
class Person:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    language_code: str = "it"

    def as_api(self) -> Json:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }


@dataclass
class Message:
    """One message; `media` holds what is not text, keyed as in the Bot API (`photo`, `document`, ...)."""

    id: int
    author: Json
    sent_at: datetime
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    markup: Json | None = None
    media: Json = field(default_factory=dict)
    reply_to: Message | None = None
    edited_at: datetime | None = None

    @property
    def by_bot(self) -> bool:
        return bool(self.author["is_bot"])

    @property
    def inline_rows(self) -> list[list[Json]]:
        return list((self.markup or {}).get("inline_keyboard", []))


@dataclass
class Toast:
    """What a press was answered with."""

    text: str
    alert: bool
    at: datetime


@dataclass
class Chat:
    """A private chat with one person (id > 0), or a group (id < 0)."""

    id: int
    title: str = ""
    person: Person | None = None
    started: bool = False
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Json | None = None
    toasts: list[Toast] = field(default_factory=list)
    action: str | None = None

    def as_api(self) -> Json:
        if self.person is not None:
            return {"id": self.id, "type": "private", "first_name": self.person.first_name}
        return {"id": self.id, "type": "group", "title": self.title}


def as_api(message: Message, chat: Chat) -> Json:
    """A message as the Bot API shows it."""
    shown: Json = {
        "message_id": message.id,
        "from": message.author,
        "chat": chat.as_api(),
        "date": int(message.sent_at.timestamp()),
    }
    if message.edited_at is not None:
        shown["edit_date"] = int(message.edited_at.timestamp())
    if message.media:
        shown |= message.media
    if message.text:
        shown["caption" if _has_caption(message) else "text"] = message.text
        if message.entities:
            shown["caption_entities" if _has_caption(message) else "entities"] = message.entities
    if message.reply_to is not None:
        shown["reply_to_message"] = as_api(message.reply_to, chat)
    if message.inline_rows:
        shown["reply_markup"] = message.markup
    return shown


def _has_caption(message: Message) -> bool:
    return not message.media.keys().isdisjoint({"photo", "document", "voice", "video", "audio", "animation"})
