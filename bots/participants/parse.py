"""From Telegram's update to what a person did."""

from __future__ import annotations

from dataclasses import dataclass

from aiogram.enums import ContentType
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update

from core.i18n import LANGUAGES

GONE = ("kicked", "left")
SENT_BY_PEOPLE = {
    ContentType.ANIMATION, ContentType.AUDIO, ContentType.CHECKLIST, ContentType.CONTACT, ContentType.DICE,
    ContentType.DOCUMENT, ContentType.GAME, ContentType.LIVE_PHOTO, ContentType.LOCATION, ContentType.PHOTO,
    ContentType.POLL, ContentType.STICKER, ContentType.STORY, ContentType.VENUE, ContentType.VIDEO,
    ContentType.VIDEO_NOTE, ContentType.VOICE,
}  # fmt: skip
"""What an answer could be meant by; the rest is what Telegram itself notes in a chat."""


@dataclass(frozen=True)
class Said:
    text: str


@dataclass(frozen=True)
class Command:
    """`/name rest`; the bot's own name after an @ is left out."""

    name: str
    rest: str


@dataclass(frozen=True)
class PressedButton:
    data: str
    callback_id: str
    message_id: int | None  # None when the message is too old to be told of


@dataclass(frozen=True)
class SentSomethingElse:
    """A photo, a voice message, a sticker, ..."""


@dataclass(frozen=True)
class BlockedBot:
    blocked: bool


Did = Said | Command | PressedButton | SentSomethingElse | BlockedBot


@dataclass(frozen=True)
class Arrived:
    """What somebody did in their private chat; `language` is one of ours, from their Telegram."""

    update_id: int
    chat_id: int
    language: str
    did: Did


def parse(update: Update) -> Arrived | None:
    """None for what does not concern us: groups, channels, edited messages, other bots."""
    if update.message is not None:
        return _message(update.update_id, update.message)
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _member(update.update_id, update.my_chat_member)
    return None


def _message(update_id: int, message: Message) -> Arrived | None:
    if message.chat.type != "private" or message.from_user is None:
        return None
    language = _language(message.from_user.language_code)
    text = message.text
    did: Did
    if text is None and message.content_type not in SENT_BY_PEOPLE:
        return None
    if text is None:
        did = SentSomethingElse()
    elif text.startswith("/") and len(text) > 1 and text[1].isalpha():
        name, *rest = text[1:].split(None, 1)
        did = Command(name.partition("@")[0].lower(), "".join(rest).strip())
    else:
        did = Said(text)
    return Arrived(update_id, message.chat.id, language, did)


def _press(update_id: int, query: CallbackQuery) -> Arrived | None:
    if query.message is not None and query.message.chat.type != "private":
        return None
    message_id = query.message.message_id if query.message is not None else None
    did = PressedButton(query.data or "", query.id, message_id)
    return Arrived(update_id, query.from_user.id, _language(query.from_user.language_code), did)


def _member(update_id: int, change: ChatMemberUpdated) -> Arrived | None:
    if change.chat.type != "private":
        return None
    did = BlockedBot(change.new_chat_member.status in GONE)
    return Arrived(update_id, change.chat.id, _language(change.from_user.language_code), did)


def _language(code: str | None) -> str:
    short = (code or "").split("-")[0].lower()
    return short if short in LANGUAGES else "it"
