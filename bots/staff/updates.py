"""The staff's bot for the loops that take updates in: python-telegram-bot's words for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from telegram import Update

from bots.staff.library import SLOWEST, StrictApplication, asking
from bots.staff.parse import UPDATES, parse
from bots.staff.receiving import introduce
from bots.updates.door import CONNECTIONS, MOST_UPDATES, POLL_SECONDS
from core.i18n import translator


@dataclass(frozen=True)
class StaffDoor:
    application: StrictApplication
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def bot_id(self) -> int:
        return int(self.application.bot.token.partition(":")[0])

    async def open(self) -> None:
        """Reads who the bot is, once; raises Silent."""
        async with self._opening, asking():
            await self.application.initialize()

    async def prepare(self) -> None:
        await self.open()
        async with asking():
            await introduce(self.application)

    async def drop_webhook(self) -> None:
        await self.open()
        async with asking():
            await self.application.bot.delete_webhook()

    async def set_webhook(self, url: str, secret: str) -> None:
        async with asking():
            await self.application.bot.set_webhook(
                url, secret_token=secret, max_connections=CONNECTIONS, allowed_updates=UPDATES
            )

    async def fetch(self, offset: int | None) -> Sequence[Update]:
        await self.open()
        async with asking():
            found: Sequence[Update] = await self.application.bot.get_updates(
                offset=offset, limit=MOST_UPDATES, timeout=POLL_SECONDS, allowed_updates=UPDATES, read_timeout=SLOWEST
            )
            return found

    async def take(self, update: Update) -> None:
        await self.open()
        await self.application.process_update(update)

    async def take_posted(self, update: Update) -> bytes:
        await self.take(update)
        return b""

    async def apologise(self, update: Update) -> None:
        arrived = parse(update)
        if arrived is None:
            return
        text = translator(arrived.language)("Something went wrong on our side. Please try again.")
        async with asking():
            await self.application.bot.send_message(arrived.chat_id, text)

    def chat_of(self, update: Update) -> int:
        return update.effective_user.id if update.effective_user is not None else 0

    def read(self, body: bytes) -> Update | None:
        try:
            return Update.de_json(json.loads(body), self.application.bot)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    async def close(self) -> None:
        if self.application._initialized:
            await self.application.shutdown()
