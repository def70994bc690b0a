"""Long polling: the offset moves only past what is committed, and a chat's updates keep their order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from sqlalchemy.exc import DBAPIError

from bots.participants.failing import Failures
from bots.participants.receiving import UPDATES, BotDeps, create_dispatcher, introduce
from core.database.leader import leadership

log = structlog.get_logger()

MOST_UPDATES = 100
POLL_SECONDS = 25
TROUBLE_SECONDS = 1.0


async def run_polling(deps: BotDeps) -> None:
    """Polls until cancelled; of several processes with one token one polls, the others stand by."""
    dispatcher = create_dispatcher(deps)
    while True:
        try:
            async with leadership(deps.database, f"polling:{deps.bot.id}") as still_leading:
                await _prepare(deps.bot)
                poller = Poller(deps.bot, dispatcher)
                while await still_leading():
                    await poller.poll()
        except DBAPIError as error:  # the database went away: whoever is back first polls
            log.warning("polling lost the database", error=type(error).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)


async def _prepare(bot: Bot) -> None:
    while True:
        try:
            await bot.delete_webhook()
            await introduce(bot)
        except AiogramError as error:  # also an answer that is not Telegram's: a proxy's page
            log.warning("Telegram does not answer", error=type(error).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)
        else:
            return


class Poller:
    """Fetches updates and feeds them; what could not be committed is fetched again."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._offset: int | None = None
        self._done: set[int] = set()  # taken in, but behind one that is still to be
        self._failures = Failures(bot)

    async def poll(self) -> None:
        try:
            updates = await self._bot.get_updates(
                offset=self._offset, limit=MOST_UPDATES, timeout=POLL_SECONDS, allowed_updates=UPDATES
            )
        except AiogramError as error:
            log.warning("Telegram does not answer", error=type(error).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)
            return
        self._done |= await self.feed(one for one in updates if one.update_id not in self._done)
        failed = [update.update_id for update in updates if update.update_id not in self._done]
        if failed:
            self._offset = min(failed)
            await asyncio.sleep(TROUBLE_SECONDS)
        elif updates:
            self._offset = updates[-1].update_id + 1
            self._done.clear()

    async def feed(self, updates: Iterable[Update]) -> set[int]:
        """Chats side by side, each in its order; the ids of what is committed or given up."""
        chats: dict[int, list[Update]] = {}
        for update in updates:
            chats.setdefault(_chat_of(update), []).append(update)
        done = await asyncio.gather(*(self._feed_chat(one) for one in chats.values()))
        return {update_id for one in done for update_id in one}

    async def _feed_chat(self, updates: list[Update]) -> list[int]:
        done: list[int] = []
        for update in updates:
            try:
                await self._dispatcher.feed_update(self._bot, update)
            except Exception as error:  # whatever it was, the update was not committed
                if not await self._failures.given_up(update, error):
                    return done
            else:
                self._failures.forget(update)
            done.append(update.update_id)
        return done


def _chat_of(update: Update) -> int:
    if update.message is not None:
        return update.message.chat.id
    if update.callback_query is not None:
        return update.callback_query.from_user.id
    if update.poll_answer is not None:
        return update.poll_answer.user.id if update.poll_answer.user is not None else 0
    return update.my_chat_member.chat.id if update.my_chat_member is not None else 0
