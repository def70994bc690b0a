"""The participants' bot of this process: polling, or serving the webhook where Telegram can reach us."""

from __future__ import annotations

from contextlib import AsyncExitStack

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.utils.token import TokenValidationError

from bots.participants.fetching import run_fetching
from bots.participants.pacing import PacedRequests
from bots.participants.receiving import BotDeps, create_dispatcher
from bots.participants.session import BotSession
from bots.participants.updates import ParticipantsDoor
from bots.participants.webhook import PATH
from bots.updates.polling import poll_for
from bots.updates.webhook import keep_webhook, route_for, webhook_secret
from cli.roles import Part
from cli.world import World
from core.config import FREE_RATE, NO_TOKEN, PREFIX
from core.errors import SettingWrong
from core.people.channels import TELEGRAM
from notifications.sending.first import FirstInLine
from notifications.sending.permits import Rate


async def start(world: World, stack: AsyncExitStack) -> Part:
    """Raises SettingMissing without a token, SettingWrong where it is none."""
    settings = world.settings
    server = TelegramAPIServer.from_base(settings.telegram_api_url)
    try:
        bot = Bot(settings.need_participant_token(), session=BotSession(api=server))
    except TokenValidationError as error:
        raise SettingWrong(name=f"{PREFIX}PARTICIPANT_BOT_TOKEN", reason=NO_TOKEN) from error
    stack.push_async_callback(bot.session.close)
    settings.checked_telegram_rate()
    together = settings.telegram_pace
    rate = Rate(together, min(together, FREE_RATE))  # what answers a person is never paid for
    bot.session.middleware(PacedRequests(FirstInLine(world.database, TELEGRAM, rate)))
    deps = BotDeps(
        bot=bot,
        database=world.database,
        clock=world.clock,
        links=world.links,
        ids=world.ids,
        shelf=world.shelf,
        attachment_limit_mb=settings.attachment_limit,
        urls=world.urls(),
        personal=world.personal,
        small_numbers=settings.small_numbers,
    )
    door = ParticipantsDoor(bot, create_dispatcher(deps))
    if not settings.webhook:
        return Part((poll_for(door, world.database), run_fetching(deps)))
    secret = webhook_secret(settings.need_secret(), bot.token)
    address = f"{settings.public_url.rstrip('/')}{PATH}"
    return Part((keep_webhook(door, address, secret), run_fetching(deps)), (route_for(door, PATH, secret),))
