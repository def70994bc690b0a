"""The participants' bot for the loops that take updates in: aiogram's words for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from pydantic import ValidationError

from bots.participants.parse import Arrived, parse, parse_vote
from bots.participants.receiving import RECEIVER, UPDATES, introduce
from bots.participants.show import Toast, patiently
from bots.updates.door import CONNECTIONS, MOST_UPDATES, POLL_SECONDS, Silent
from core.i18n import translator


@dataclass(frozen=True)
class ParticipantsDoor:
    bot: Bot
    dispatcher: Dispatcher

    @property
    def bot_id(self) -> int:
        return self.bot.id

    async def prepare(self) -> None:
        async with _asking():
            await introduce(self.bot)

    async def drop_webhook(self) -> None:
        async with _asking():
            await self.bot.delete_webhook()

    async def set_webhook(self, url: str, secret: str) -> None:
        async with _asking():
            await self.bot.set_webhook(url, secret_token=secret, max_connections=CONNECTIONS, allowed_updates=UPDATES)

    async def fetch(self, offset: int | None) -> Sequence[Update | Arrived]:
        async with _asking():
            return await self.bot.get_updates(
                offset=offset, limit=MOST_UPDATES, timeout=POLL_SECONDS, allowed_updates=UPDATES
            )

    async def take(self, update: Update | Arrived) -> None:
        assert isinstance(update, Update)
        await self.dispatcher.feed_update(self.bot, update)

    async def take_posted(self, update: Update | Arrived) -> bytes:
        if isinstance(update, Arrived):
            said = await self.dispatcher[RECEIVER].receive(update, posted=True)
        else:
            said = await self.dispatcher.feed_update(self.bot, update, posted=True)
        return said.to_json() if isinstance(said, Toast) else b""

    async def apologise(self, update: Update | Arrived) -> None:
        arrived = update if isinstance(update, Arrived) else parse(update)
        if arrived is None:
            return
        t = translator(arrived.language)
        text = t("Something went wrong on our side. Please try again; your answers are kept.")
        async with _asking():
            await patiently(lambda: self.bot.send_message(arrived.chat_id, text))

    def chat_of(self, update: Update | Arrived) -> int:
        if isinstance(update, Arrived):
            return update.chat_id
        if update.message is not None:
            return update.message.chat.id
        if update.callback_query is not None:
            return update.callback_query.from_user.id
        if update.poll_answer is not None:
            return update.poll_answer.user.id if update.poll_answer.user is not None else 0
        return update.my_chat_member.chat.id if update.my_chat_member is not None else 0

    def read(self, body: bytes) -> Update | Arrived | None:
        try:
            return parse_vote(body) or Update.model_validate_json(body, context={"bot": self.bot})
        except ValidationError:
            return None


@asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    try:
        yield
    except AiogramError as error:
        raise Silent from error
