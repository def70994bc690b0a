"""The role that talks in Telegram: the participants' bot, the staff's, or both, by the tokens that are set."""

from __future__ import annotations

import importlib
from contextlib import AsyncExitStack

from cli.roles import Part
from cli.world import World


async def start(world: World, stack: AsyncExitStack) -> Part:
    """Raises SettingMissing without any token, SettingWrong where one is none."""
    settings = world.settings
    tokens = {"participants": settings.participant_bot_token, "staff": settings.staff_bot_token}
    wanted = [name for name, token in tokens.items() if token] or ["participants"]
    # A process imports only the library of a bot that it runs.
    modules = [importlib.import_module(f"cli.bot_{name}") for name in wanted]
    parts = [await module.start(world, stack) for module in modules]
    return Part(
        tuple(work for part in parts for work in part.work), tuple(route for part in parts for route in part.routes)
    )
