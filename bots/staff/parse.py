"""From Telegram's update to what a member of staff did."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bots.command_names import meant_by
from core.i18n import LANGUAGES

UPDATES = ["message", "callback_query", "my_chat_member"]
GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
USUAL = "it"


@dataclass(frozen=True)
class Said:
    text: str


@dataclass(frozen=True)
class Command:
    """`/name rest`, by its English name; the bot's own after an @ is left out."""

    name: str
    rest: str


@dataclass(frozen=True)
class Pressed:
    """`message_id` None when the message is too old to be told of."""

    data: str
    callback_id: str
    message_id: int | None


@dataclass(frozen=True)
class SentSomethingElse:
    pass


@dataclass(frozen=True)
class StoppedBot:
    pass


Did = Said | Command | Pressed | SentSomethingElse | StoppedBot


@dataclass(frozen=True)
class Arrived:
    """One update of a private chat; `language` is Telegram's word for it."""

    update_id: int
    chat_id: int
    language: str
    did: Did


def parse(update: Update) -> Arrived | None:
    """What somebody did; None for what is not for us, such as anything in a group."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or (chat is not None and chat.type != ChatType.PRIVATE):
        return None
    did = _did(update)
    return Arrived(update.update_id, user.id, _language(user.language_code), did) if did is not None else None


def _did(update: Update) -> Did | None:
    if update.message is not None:
        return _message(update.message)
    query, member = update.callback_query, update.my_chat_member
    if query is not None:
        return Pressed(query.data or "", query.id, query.message.message_id if query.message is not None else None)
    if member is not None and member.new_chat_member.status in GONE:
        return StoppedBot()
    return None


def _message(message: Message) -> Did:
    text = message.text
    if text is None:
        return SentSomethingElse()
    if text.startswith("/") and len(text) > 1 and text[1].isalpha():
        name, *rest = text[1:].split(None, 1)
        return Command(meant_by(name.partition("@")[0]), "".join(rest).strip())
    return Said(text)


def _language(code: str | None) -> str:
    short = (code or "").split("-")[0].lower()
    return short if short in LANGUAGES else USUAL
