"""The role that serves pages."""

from __future__ import annotations

from contextlib import AsyncExitStack

from cli.bot_name import bot_name
from cli.chat_preview import BotScreens
from cli.roles import Part
from cli.voice import signer_of, voice_of
from cli.world import World
from core.database.migrating import check_current
from notifications.channels.contract import Mail, Outcome
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relays
from notifications.ledger.states import EMAIL, TELEGRAM
from web.app import create_app
from web.console.telling import Telling, no_relay
from web.deps import WebDeps


async def start(world: World, _: AsyncExitStack) -> Part:
    """Raises SettingMissing without a secret."""
    settings = world.settings
    name = await bot_name(settings, patient=False)
    deps = WebDeps(
        database=world.database,
        clock=world.clock,
        links=world.links,
        ids=world.ids,
        shelf=world.shelf,
        urls=world.urls(name),
        upload_limit_mb=settings.upload_limit_mb,
        attachment_limit_mb=settings.attachment_limit,
        check_ready=lambda: check_current(world.database.engine),
        personal=world.personal,
        chat_preview=BotScreens(),
        participant_bot_token=settings.participant_bot_token,
        telling=_telling(world, name),
        webhook_private=settings.webhook_private,
    )
    return Part(app=create_app(deps))


def _telling(world: World, name: str) -> Telling:
    settings = world.settings
    rates = {EMAIL: settings.smtp_rate, TELEGRAM: settings.telegram_rate}
    relays = parse_relays(settings.smtp_url) if settings.smtp_url else ()
    signer = signer_of(world)

    async def try_mail(mail: Mail) -> Outcome:
        channel = EmailChannel(relays[0], signer=signer)
        try:
            return (await channel.send([mail], 0))[0]
        finally:
            await channel.close()

    trying = try_mail if relays else no_relay
    return Telling(world.rules, voice_of(world, name), rates, trying, settings.mail_size_limit)
