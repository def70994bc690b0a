"""From Telegram's update to what a person did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

from aiogram.enums import ContentType
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineKeyboardButton, Message, Update

from bots.command_names import meant_by
from bots.participants.callback import POLL
from bots.participants.screen import Key, Rows
from core.i18n import LANGUAGES
from surveys.responses.attachments import Announced

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
    """`/name rest`, by its English name; the bot's own after an @ is left out."""

    name: str
    rest: str


class PressedButton(NamedTuple):
    data: str
    callback_id: str
    message_id: int | None  # None when the message is too old to be told of
    rows: Rows = ()  # the message's buttons as they stand, where Telegram tells them


@dataclass(frozen=True)
class SentFile:
    """A photo, a document, a recording; `album` is the same for files that were sent at once."""

    file: Announced
    album: str = ""


@dataclass(frozen=True)
class SentLocation:
    """A place on the map, in degrees; `accuracy` in metres."""

    latitude: float
    longitude: float
    accuracy: float = 0

    @property
    def value(self) -> str:
        """As XForms writes a geopoint: latitude, longitude, altitude (which Telegram does not tell), accuracy."""
        numbers = (f"{one:.7f}".rstrip("0").rstrip(".") for one in (self.latitude, self.longitude, 0, self.accuracy))
        return " ".join(numbers)


@dataclass(frozen=True)
class SentSomethingElse:
    """A sticker, a contact, a poll, ..."""


@dataclass(frozen=True)
class BlockedBot:
    blocked: bool


Did = Said | Command | PressedButton | SentFile | SentLocation | SentSomethingElse | BlockedBot


class Arrived(NamedTuple):
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


def parse_vote(body: bytes) -> Arrived | None:
    """A press on a poll's button as it was posted, None for anything else.

    Read by hand: of a hall that votes at once, the library's models of each update would cost more than the votes.
    """
    if b'"poll:' not in body:
        return None
    try:
        told = json.loads(body.decode())
        query, message = told["callback_query"], told["callback_query"].get("message")
        if not query["data"].startswith(POLL) or (message is not None and message["chat"]["type"] != "private"):
            return None
        did = PressedButton(query["data"], query["id"], message["message_id"] if message is not None else None)
        return Arrived(told["update_id"], query["from"]["id"], _language(query["from"].get("language_code")), did)
    except (ValueError, KeyError, TypeError, AttributeError):  # no press: whoever reads all updates says what it is
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
        did = _file(message) or _location(message) or SentSomethingElse()
    elif text.startswith("/") and len(text) > 1 and text[1].isalpha():
        name, *rest = text[1:].split(None, 1)
        did = Command(meant_by(name.partition("@")[0]), "".join(rest).strip())
    else:
        did = Said(text)
    return Arrived(update_id, message.chat.id, language, did)


def _file(message: Message) -> SentFile | None:
    found = _announced(message)
    return SentFile(found, message.media_group_id or "") if found is not None else None


def _announced(message: Message) -> Announced | None:
    if message.photo:
        largest = max(message.photo, key=lambda one: one.width * one.height)
        return Announced(largest.file_id, largest.file_unique_id, largest.file_size or 0, "", "image/jpeg")
    if message.video_note is not None:
        note = message.video_note
        return Announced(note.file_id, note.file_unique_id, note.file_size or 0, "", "video/mp4")
    if message.voice is not None:
        voice = message.voice
        return Announced(voice.file_id, voice.file_unique_id, voice.file_size or 0, "", voice.mime_type or "audio/ogg")
    named = message.animation or message.audio or message.video or message.document  # an animation is a document too
    if named is None:
        return None
    usual: dict[str, str] = {ContentType.AUDIO: "audio/mpeg", ContentType.DOCUMENT: ""}
    known = (named.file_id, named.file_unique_id, named.file_size or 0)
    return Announced(*known, named.file_name or "", named.mime_type or usual.get(message.content_type, "video/mp4"))


def _location(message: Message) -> SentLocation | None:
    place = message.location
    return SentLocation(place.latitude, place.longitude, place.horizontal_accuracy or 0) if place is not None else None


def _press(update_id: int, query: CallbackQuery) -> Arrived | None:
    if query.message is not None and query.message.chat.type != "private":
        return None
    message_id = query.message.message_id if query.message is not None else None
    did = PressedButton(query.data or "", query.id, message_id, _rows(query))
    return Arrived(update_id, query.from_user.id, _language(query.from_user.language_code), did)


def _rows(query: CallbackQuery) -> Rows:
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    return tuple(tuple(map(_key, row)) for row in (markup.inline_keyboard if markup is not None else ()))


def _key(button: InlineKeyboardButton) -> Key:
    app = button.web_app.url if button.web_app is not None else ""
    return Key(button.text, button.callback_data or "", app, button.url or "")


def _member(update_id: int, change: ChatMemberUpdated) -> Arrived | None:
    if change.chat.type != "private":
        return None
    did = BlockedBot(change.new_chat_member.status in GONE)
    return Arrived(update_id, change.chat.id, _language(change.from_user.language_code), did)


def _language(code: str | None) -> str:
    short = (code or "").split("-")[0].lower()
    return short if short in LANGUAGES else "it"
