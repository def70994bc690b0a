"""The role that serves pages."""

from __future__ import annotations

from contextlib import AsyncExitStack

from cli.bot_name import bot_name, staff_bot_name
from cli.chat_preview import BotScreens
from cli.roles import Part
from cli.voice import rates_of, signer_of, voice_of
from cli.world import World, staff_chat_address
from core.clock import Clock, SystemClock
from core.database.migrating import check_current
from notifications.channels.contract import Mail, Outcome
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relays, rate_of
from notifications.sending.permits import Line
from notifications.sending.trial import turn_by
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
        telling=telling_of(world, name),
        webhook_private=settings.webhook_private,
        staff_chat=staff_chat_address(settings, await staff_bot_name(settings)),
    )
    return Part(app=create_app(deps))


def telling_of(world: World, name: str, machine: Clock | None = None) -> Telling:
    """What the pages on mailings know of what sends them; `machine` is the clock of rates."""
    settings, signer, clock = world.settings, signer_of(world), machine or SystemClock()
    relays = parse_relays(settings.smtp_url) if settings.smtp_url else ()
    lines = [Line(one.way, rate_of(one, relays, settings.smtp_rate)) for one in relays]

    async def try_mail(mail: Mail) -> Outcome:
        relay = relays[await turn_by(world.database, lines, clock)]
        channel = EmailChannel(relay, relay.way, signer=signer)
        try:
            return (await channel.send([mail], 0))[0]
        finally:
            await channel.close()

    trying = try_mail if relays else no_relay
    return Telling(world.rules, voice_of(world, name), rates_of(settings), trying, settings.mail_size_limit)
