"""The role that serves pages."""

from __future__ import annotations

from contextlib import AsyncExitStack

from cli.bot_name import bot_name
from cli.chat_preview import BotScreens
from cli.roles import Part
from cli.world import World
from core.database.migrating import check_current
from web.app import create_app
from web.deps import WebDeps


async def start(world: World, _: AsyncExitStack) -> Part:
    """Raises SettingMissing without a secret."""
    settings = world.settings
    deps = WebDeps(
        database=world.database,
        clock=world.clock,
        links=world.links,
        ids=world.ids,
        shelf=world.shelf,
        urls=world.urls(await bot_name(settings, patient=False)),
        upload_limit_mb=settings.upload_limit_mb,
        attachment_limit_mb=settings.attachment_limit,
        check_ready=lambda: check_current(world.database.engine),
        personal=world.personal,
        chat_preview=BotScreens(),
        participant_bot_token=settings.participant_bot_token,
    )
    return Part(app=create_app(deps))
