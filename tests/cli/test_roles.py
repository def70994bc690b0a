"""Roles that cannot start say why."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import AsyncExitStack

import pytest

from cli.roles import bots
from cli.world import World
from core.clock import FixedClock
from core.config import Settings
from core.database.database import Database
from core.errors import SettingMissing, SettingWrong
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_each_bot_is_served_where_its_token_is_set(
    database: Database, clock: FixedClock, ids: CountedIds
) -> None:
    async def paths(**tokens: str) -> list[str]:
        settings = Settings(
            public_url="https://ascolto.example.org",
            secret_key="s" * 32,
            telegram_api_url="http://127.0.0.1:9",
            **tokens,  # type: ignore[arg-type]
        )
        async with AsyncExitStack() as stack:
            part = await bots.start(World(settings, database, clock, ids, FormShelf()), stack)
            for work in part.work:
                assert isinstance(work, Coroutine)
                work.close()
            return [route.path for route in part.routes]

    participants, staff = "/hooks/telegram/participants", "/hooks/telegram/staff"
    assert await paths(participant_bot_token="1:a", staff_bot_token="2:b") == [participants, staff]
    assert await paths(participant_bot_token="1:a") == [participants]
    assert await paths(staff_bot_token="2:b") == [staff]
    with pytest.raises(SettingWrong):
        await paths(staff_bot_token="no token")
    with pytest.raises(SettingMissing):
        await paths()
