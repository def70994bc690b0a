"""Roles that cannot start say why."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from cli.roles import bots
from cli.world import World
from core.clock import FixedClock
from core.config import Settings
from core.database.database import Database
from core.errors import SettingWrong
from core.i18n import translator
from core.ids import CountedIds
from surveys.responses.shelf import FormShelf


async def test_what_is_no_token_says_where_tokens_come_from(
    database: Database, clock: FixedClock, ids: CountedIds
) -> None:
    world = World(Settings(participant_bot_token="no token"), database, clock, ids, FormShelf())
    async with AsyncExitStack() as stack:
        with pytest.raises(SettingWrong) as caught:
            await bots.start(world, stack)
    assert "BotFather" in caught.value.say(translator("it"))
