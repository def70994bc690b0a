"""The role that sends what the ledger holds."""

from __future__ import annotations

import math
import os
import socket
from contextlib import AsyncExitStack

from cli.bot_name import bot_name
from cli.roles import Part
from cli.voice import signer_of, voice_of
from cli.world import World
from core.clock import Clock
from core.config import Settings
from core.i18n import LANGUAGES, translator
from core.people.channels import TELEGRAM
from notifications.channels.contract import Channel
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relays, rate_of
from notifications.channels.telegram import TelegramChannel
from notifications.hooks.loop import HookDeps, run_hooks
from notifications.planning.workdays import is_holiday
from notifications.sending.loop import Pace, SenderDeps, pace_over, run_sender
from notifications.sending.scopes import parse_domain_rates

A_WORKER = 250  # chat messages a second that one worker is good for


async def start(world: World, _: AsyncExitStack) -> Part:
    warm_up(world.clock)
    return Part((_send(world, open_channels(world)), run_hooks(hook_deps(world))))


def warm_up(clock: Clock) -> None:
    """Reads now what the first message would wait for while others wait for the database: catalogues, holidays."""
    for language in LANGUAGES:
        translator(language)
    is_holiday(clock.now().date())


async def _send(world: World, channels: list[Channel]) -> None:
    await run_sender(await sender_deps(world, channels))


def open_channels(world: World) -> list[Channel]:
    """A channel for everything that is set up; raises SettingMissing, SettingWrong."""
    settings = world.settings
    settings.need_mail_from()
    settings.checked_return_address()
    parse_domain_rates(settings.mail_domain_rates)
    settings.checked_telegram_rate()
    relays = parse_relays(settings.need_smtp())
    signer = signer_of(world)
    channels: list[Channel] = [EmailChannel(relay, relay.way, signer=signer) for relay in relays]
    if settings.participant_bot_token:
        token, api_url = settings.participant_bot_token, settings.telegram_api_url
        paid = settings.telegram_paid_broadcast
        channels.append(TelegramChannel(token, api_url, database=world.database, paid=paid))
    return channels


async def sender_deps(world: World, channels: list[Channel]) -> SenderDeps:
    """The sender of this process."""
    settings = world.settings
    return SenderDeps(
        database=world.database,
        clock=world.clock,
        links=world.links,
        voice=voice_of(world, await bot_name(settings)),
        channels=channels,
        paces=_paces(settings),
        contact_budget=settings.contact_budget,
        domain_rates=parse_domain_rates(settings.mail_domain_rates),
        name=process_name(world),
    )


def hook_deps(world: World) -> HookDeps:
    """The calls to webhooks that this process makes."""
    private = world.settings.webhook_private
    return HookDeps(world.database, world.clock, world.links, process_name(world), private)


def process_name(world: World) -> str:
    """Like no other process's."""
    return f"{socket.gethostname()}:{os.getpid()}:{world.ids.token()}"


def _paces(settings: Settings) -> dict[str, Pace]:
    relays = parse_relays(settings.need_smtp())
    paces = {one.way: pace_over(rate_of(one, relays, settings.smtp_rate), one.connections) for one in relays}
    pace = settings.telegram_pace
    return paces | {TELEGRAM: Pace(pace, max(2, math.ceil(pace / A_WORKER)))}
