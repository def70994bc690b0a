"""Long polling: the offset moves only past what is committed, and a chat's updates keep their order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Generic

import structlog
from sqlalchemy.exc import DBAPIError

from bots.updates.door import Door, Silent, U
from bots.updates.failing import Failures
from core.database.database import Database
from core.database.leader import leadership

log = structlog.get_logger()

TROUBLE_SECONDS = 1.0


async def poll_for(door: Door[U], database: Database) -> None:
    """Polls until cancelled; of several processes with one token one polls, the others stand by."""
    while True:
        try:
            async with leadership(database, f"polling:{door.bot_id}") as still_leading:
                await prepare(door)
                poller = Poller(door)
                while await still_leading():
                    await poller.poll()
        except DBAPIError as error:  # the database went away: whoever is back first polls
            log.warning("polling lost the database", error=type(error).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)


async def prepare(door: Door[U]) -> None:
    while True:
        try:
            await door.drop_webhook()
            await door.prepare()
        except Silent as silent:  # also an answer that is not Telegram's: a proxy's page
            log.warning("Telegram does not answer", error=type(silent.__cause__).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)
        else:
            return


class Poller(Generic[U]):
    """Fetches updates and feeds them; what could not be committed is fetched again."""

    def __init__(self, door: Door[U]) -> None:
        self._door = door
        self._offset: int | None = None
        self._done: set[int] = set()  # taken in, but behind one that is still to be
        self._failures = Failures(door)

    async def poll(self) -> None:
        try:
            updates = await self._door.fetch(self._offset)
        except Silent as silent:
            log.warning("Telegram does not answer", error=type(silent.__cause__).__name__)
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

    async def feed(self, updates: Iterable[U]) -> set[int]:
        """Chats side by side, each in its order; the ids of what is committed or given up."""
        chats: dict[int, list[U]] = {}
        for update in updates:
            chats.setdefault(self._door.chat_of(update), []).append(update)
        done = await asyncio.gather(*(self._feed_chat(one) for one in chats.values()))
        return {update_id for one in done for update_id in one}

    async def _feed_chat(self, updates: list[U]) -> list[int]:
        done: list[int] = []
        for update in updates:
            try:
                await self._door.take(update)
            except Exception as error:  # whatever it was, the update was not committed
                if not await self._failures.given_up(update, error):
                    return done
            else:
                self._failures.forget(update)
            done.append(update.update_id)
        return done
