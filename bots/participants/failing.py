"""Updates that cannot be taken in: those that will be, and those that never will."""

from __future__ import annotations

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bots.participants.parse import parse
from bots.participants.show import patiently
from core.i18n import translator

log = structlog.get_logger()

MOST_TRIES = 3
PASSING = (OperationalError, InterfaceError, PoolTimeout)  # the database is away, locked or full, for now


class Failures:
    """Counts the tries of failing updates, so that one does not hold up everybody else's for ever."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._tries: dict[int, int] = {}

    async def given_up(self, update: Update, error: Exception) -> bool:
        """Whether to try no more; the person is told then. Trouble of the database is waited out."""
        tries = self._tries.get(update.update_id, 0) + 1
        log.error("an update failed", update=update.update_id, tries=tries, exc_info=error)
        if isinstance(error, PASSING):
            return False
        self._tries[update.update_id] = tries
        if tries < MOST_TRIES:
            return False
        self.forget(update)
        await self._apologise(update)
        return True

    def forget(self, update: Update) -> None:
        """The update was taken in, or given up."""
        self._tries.pop(update.update_id, None)

    async def _apologise(self, update: Update) -> None:
        arrived = parse(update)
        if arrived is None:
            return
        t = translator(arrived.language)
        try:
            text = t("Something went wrong on our side. Please try again; your answers are kept.")
            await patiently(lambda: self._bot.send_message(arrived.chat_id, text))
        except AiogramError as error:
            log.warning("an apology could not be sent", error=type(error).__name__)
