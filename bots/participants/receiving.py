"""From Telegram to the unit of work and back: one path for polling and for the webhook.

aiogram's dispatcher tells messages, presses and membership apart; each becomes the same
`Arrived`. An update counts as received only once its unit is committed.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from aiogram import Bot, Dispatcher, Router
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import BotCommand, CallbackQuery, ChatMemberUpdated, Message, Update

from bots.participants.commands import MENU
from bots.participants.parse import Arrived, PressedButton, parse
from bots.participants.show import show
from bots.participants.store import change_chat, set_blocked
from bots.participants.unit import Desk, Taken, take_update
from core.clock import Clock
from core.database.database import Database
from core.i18n import LANGUAGES, translator
from core.ids import Ids
from core.links import Links
from surveys.responses.shelf import FormShelf

log = structlog.get_logger()

UPDATES = ["message", "callback_query", "my_chat_member"]


@dataclass(frozen=True)
class BotDeps:
    """What the participants' bot stands on."""

    bot: Bot
    database: Database
    clock: Clock
    links: Links
    ids: Ids
    shelf: FormShelf


class Receiver:
    """Takes updates in: commits what they ask for, then shows what follows."""

    def __init__(self, deps: BotDeps) -> None:
        self._deps = deps
        self._desk = Desk(deps.shelf, deps.links, deps.ids)

    async def receive(self, arrived: Arrived) -> None:
        """Returns once the update is committed and shown; raises only when it was not committed."""
        taken = await self._commit(arrived)
        try:
            await self._show(arrived, taken)
        except TelegramForbiddenError:
            now = self._deps.clock.now()
            await self._deps.database.shared(lambda session: set_blocked(session, arrived.chat_id, now))
        except TelegramAPIError as error:  # the answer is kept; the next update shows the prompt again
            log.warning("a prompt could not be shown", chat=arrived.chat_id, error=type(error).__name__)

    async def _commit(self, arrived: Arrived) -> Taken:
        now = self._deps.clock.now()
        return await self._deps.database.shared(
            lambda session: take_update(session, self._desk, arrived, now), key=f"chat:{arrived.chat_id}"
        )

    async def _show(self, arrived: Arrived, taken: Taken) -> None:
        pressed = arrived.did if isinstance(arrived.did, PressedButton) else None
        live = await show(self._deps.bot, taken.chat, taken.reply, pressed)
        if live is not None:
            await self._deps.database.shared(
                lambda session: change_chat(session, arrived.chat_id, prompt_message_id=live),
                key=f"chat:{arrived.chat_id}",
            )


def create_dispatcher(deps: BotDeps) -> Dispatcher:
    """The dispatcher of the participants' bot; feed it updates, each returns once committed."""
    receiver = Receiver(deps)
    router = Router(name="participants")

    async def take(event: Message | CallbackQuery | ChatMemberUpdated, event_update: Update) -> None:
        arrived = parse(event_update)
        if arrived is not None:
            await receiver.receive(arrived)

    router.message.register(take)
    router.callback_query.register(take)
    router.my_chat_member.register(take)
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_router(router)
    return dispatcher


async def introduce(bot: Bot) -> None:
    """Tells Telegram the commands, in every language."""
    for language in LANGUAGES:
        t = translator(language)
        commands = [BotCommand(command=name, description=t(text)) for name, text in MENU.items()]
        await bot.set_my_commands(commands, language_code=language)
