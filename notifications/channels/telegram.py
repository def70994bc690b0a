"""Sends messages to chats: each in one call of the Bot API, or in several, a second apart in one chat."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock, SystemClock
from core.database.database import Database
from core.people.channels import TELEGRAM
from notifications.channels.contract import (
    ChatMessage,
    ChatPart,
    Delivered,
    Message,
    Misconfigured,
    NotBegun,
    Outcome,
    RecipientGone,
    Rejected,
    ThrottledUntil,
    Unknown,
    UnreachableNow,
)
from notifications.channels.telegram_calls import BotCalls, Given, call_for, file_id
from notifications.channels.telegram_files import FileShelf

APART = 1.0  # seconds; Bot FAQ: no more than one message a second in one chat
PATIENCE = 60.0  # seconds that all parts of a message after the first may be held up together
UNREACHABLE_PAUSE = 3.0
PHOTO, DOCUMENT = "photo", "document"
NO_PICTURE = ("IMAGE_", "PHOTO_")  # how Telegram begins to say that a picture is none, or of no shape it shows
FORGOTTEN = "file identifier"


@dataclass(frozen=True)
class Named:
    """As what files are sent, and Telegram's name for each of them, "" where it has none yet."""

    kind: str
    names: Sequence[str]


class TelegramChannel:
    """One bot's way out. `api_url` is `https://api.telegram.org` or another server's; files come from `database`.

    With `paid` each message is a paid broadcast (Bot API, allow_paid_broadcast), of which Telegram takes more.
    """

    name = TELEGRAM
    way = TELEGRAM

    def __init__(
        self,
        token: str,
        api_url: str,
        machine: Clock | None = None,
        database: Database | None = None,
        *,
        paid: bool = False,
    ) -> None:
        self._machine = machine or SystemClock()
        self._calls = BotCalls(token, api_url, self._machine, paid=paid)
        self._shelf = FileShelf(database, int(token.partition(":")[0])) if database is not None else None

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        """Each at its permit's instant, `interval` seconds after the one before; answers may overtake one another."""
        chats = [message for message in messages if isinstance(message, ChatMessage)]
        start = self._machine.now()
        begun = [
            self._one(chat, index * interval, start) for index, chat in enumerate(chats) if index * interval <= within
        ]
        return await asyncio.gather(*begun) + [NotBegun()] * (len(chats) - len(begun))

    async def close(self) -> None:
        await self._calls.close()

    async def _one(self, message: ChatMessage, delay: float, start: datetime) -> Outcome:
        await asyncio.sleep(max([delay, *message.permits[:1]]))
        if not message.chat.lstrip("-").isdecimal():
            return Rejected("this is no chat's number")
        first = await self._put(message.chat, message.parts[0])
        if not isinstance(first, Delivered) or not message.before:
            return first
        return await self._rest(message, first, start)

    async def _rest(self, message: ChatMessage, first: Delivered, start: datetime) -> Outcome:
        """The parts after the first, which has arrived: to send all again would repeat it, so they are insisted on."""
        parts, last, lost = message.parts, first, list[str]()
        ends = self._machine.now() + timedelta(seconds=PATIENCE + APART * sum(part.messages for part in parts))
        for number, part in enumerate(parts[1:], 1):
            permit = message.permits[number] if message.permits else 0.0
            pause = APART * parts[number - 1].messages
            await asyncio.sleep(max(pause, (start - self._machine.now()).total_seconds() + permit))
            outcome = await self._insist(message.chat, part, ends)
            if isinstance(outcome, Delivered):
                last = outcome
                continue
            lost.append(f"part {number + 1} of {len(parts)}: {type(outcome).__name__}: {outcome.detail}")
            if isinstance(outcome, Unknown) and number == len(parts) - 1:
                return Unknown(lost[-1])  # the text with its buttons: staff decide
            if isinstance(outcome, RecipientGone | Misconfigured):
                break
        return Delivered(last.provider_id, "; ".join(lost))

    async def _insist(self, chat: str, part: ChatPart, ends: datetime) -> Outcome:
        """Tries a part until it was taken, refused for good, or the time is over."""
        while True:
            outcome, now = await self._put(chat, part), self._machine.now()
            match outcome:
                case ThrottledUntil(at):
                    again = at
                case UnreachableNow():
                    again = now + timedelta(seconds=UNREACHABLE_PAUSE)
                case _:
                    return outcome
            if again > ends:
                return outcome
            await asyncio.sleep(max(0.0, (again - now).total_seconds()))

    async def _put(self, chat: str, part: ChatPart) -> Outcome:
        """One part; a picture that Telegram does not take as one goes out as a document."""
        if not part.files:
            return (await self._calls.make(call_for(chat, part))).outcome
        if any(one.content for one in part.files):
            given = [Given(one, "", one.content) for one in part.files]
            return (await self._calls.make(call_for(chat, part, given, part.files[0].kind))).outcome
        if self._shelf is None:
            return Misconfigured("this channel was given no files")
        files, kind = tuple(one.sha256 for one in part.files), part.files[0].kind
        if files in self._shelf.refused:
            kind = DOCUMENT
        outcome = await self._put_files(self._shelf, chat, part, kind)
        if kind == PHOTO and isinstance(outcome, Rejected) and any(word in outcome.detail for word in NO_PICTURE):
            outcome = await self._put_files(self._shelf, chat, part, DOCUMENT)
            if isinstance(outcome, Delivered):
                self._shelf.refused.add(files)
        return outcome

    async def _put_files(self, shelf: FileShelf, chat: str, part: ChatPart, kind: str) -> Outcome:
        """By Telegram's names where all are known; else one uploads, and who waited meanwhile sends by name."""
        try:
            names = await shelf.names(part.files, kind)
            if all(names):
                outcome = await self._hand_over(shelf, chat, part, Named(kind, names))
                if not (isinstance(outcome, Rejected) and FORGOTTEN in outcome.detail):
                    return outcome
                shelf.forget(part.files, kind, names)
            async with shelf.alone(part.files):
                names = await shelf.names(part.files, kind)
                if not all(names):
                    return await self._hand_over(shelf, chat, part, Named(kind, names))
            return await self._hand_over(shelf, chat, part, Named(kind, names))
        except SQLAlchemyError as error:  # before anything left
            return UnreachableNow(f"the files cannot be read: {type(error).__name__}")

    async def _hand_over(self, shelf: FileShelf, chat: str, part: ChatPart, named: Named) -> Outcome:
        given = [
            Given(file, name, b"" if name else await shelf.content(file.sha256))
            for file, name in zip(part.files, named.names, strict=True)
        ]
        answer = await self._calls.make(call_for(chat, part, given, named.kind))
        for one, message in zip(given, answer.messages, strict=False):
            if not one.file_id and (found := file_id(message, named.kind)):
                await shelf.remember(one.file.sha256, named.kind, found)
        return answer.outcome
