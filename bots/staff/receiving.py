"""From Telegram to the unit of work and back: one path for polling and for the webhook."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from sqlalchemy.orm import Session
from telegram import BotCommand, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, MessageHandler, filters

from bots.command_names import command_in
from bots.staff.library import StrictApplication, create_application
from bots.staff.menu import ENTRIES
from bots.staff.pacing import Turns
from bots.staff.parse import USUAL, Pressed, parse
from bots.staff.show import show
from bots.staff.talk import Making, Reply
from bots.staff.unit import Desk, acts_alone, take_update
from core.addresses import PublicUrls
from core.clock import Clock, SystemClock
from core.database.database import Database
from core.i18n import LANGUAGES, translator
from notifications.review.review import Judging

log = structlog.get_logger()


@dataclass(frozen=True)
class StaffDeps:
    """What the staff's bot stands on; `machine` is the clock of leases, `turns` the bot's pace in a chat."""

    token: str
    api_url: str
    database: Database
    clock: Clock
    judging: Judging
    urls: PublicUrls
    machine: Clock = field(default_factory=SystemClock)
    turns: Turns = field(default_factory=Turns)
    making: Making = field(default_factory=Making)


def open_application(deps: StaffDeps) -> StrictApplication:
    """The library's application with one handler for all that people do; each update returns once it is committed."""
    application = create_application(deps.token, deps.api_url, deps.turns)
    desk = Desk(deps.judging, deps.urls, deps.making)

    async def take(update: Update, _: object) -> None:
        arrived = parse(update)
        if arrived is None:
            return
        now = deps.clock.now()

        def work(session: Session) -> Reply:
            return take_update(session, desk, arrived, now)

        if acts_alone(arrived.did):
            reply = await deps.database.awrite(work)
        else:
            reply = await deps.database.shared(work, key=f"staff-chat:{arrived.chat_id}")
        pressed = arrived.did if isinstance(arrived.did, Pressed) else None
        try:
            await show(application.bot, arrived.chat_id, reply, pressed)
        except TelegramError as error:  # it is done already; the next update shows where things stand
            log.warning("a reply could not be shown", chat=arrived.chat_id, error=type(error).__name__)

    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, take))
    application.add_handler(CallbackQueryHandler(take))
    application.add_handler(ChatMemberHandler(take, ChatMemberHandler.MY_CHAT_MEMBER))
    return application


async def introduce(application: StrictApplication) -> None:
    """Tells Telegram the commands, in every language; raises TelegramError."""
    for language in (None, *LANGUAGES):
        t = translator(language or USUAL)
        commands = [BotCommand(command_in(t.language, one.command), t(one.about)) for one in ENTRIES]
        await application.bot.set_my_commands(commands, language_code=language)
