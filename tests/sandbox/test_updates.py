"""How a bot gets its updates: by asking, and by webhook."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.clock import FixedClock
from sandbox.serving import serving_app
from sandbox.world import create_world
from tests.support.sandbox import TOKENS, RunningSandbox


async def test_updates_stay_until_they_are_confirmed(sandbox: RunningSandbox, bot: Bot) -> None:
    anna = sandbox.person(7)
    acts = [await anna.says(text) for text in ("/start", "uno", "due")]
    ids = [act["update_id"] for act in acts]
    assert ids == sorted(set(ids))
    assert [u.update_id for u in await bot.get_updates(limit=2)] == ids[:2]
    assert [u.update_id for u in await bot.get_updates()] == ids
    assert [u.update_id for u in await bot.get_updates(offset=ids[1])] == ids[1:]
    assert [u.update_id for u in await bot.get_updates(offset=-1)] == ids[2:]
    assert await bot.get_updates(offset=ids[2] + 1) == []


async def test_a_waiting_poll_ends_with_the_first_update(sandbox: RunningSandbox, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await _until(lambda: sandbox.world.bots["participants"].updates._poll)
    act = await sandbox.person(7).says("/start")
    assert [update.update_id for update in await poll] == [act["update_id"]]


async def test_the_second_poller_throws_the_first_out(sandbox: RunningSandbox, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await _until(lambda: sandbox.world.bots["participants"].updates._poll)
    second = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    await sandbox.person(7).says("/start")
    assert len(await second) == 1


async def test_only_wanted_kinds_are_told(sandbox: RunningSandbox, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["my_chat_member"])
    anna = sandbox.person(7)
    assert (await anna.says("/start"))["update_id"] is None
    assert (await anna.blocks())["update_id"] is not None
    await bot.get_updates(allowed_updates=[])
    assert (await anna.says("torno"))["update_id"] is not None


async def test_a_webhook_gets_everything_in_order_until_it_is_content(sandbox: RunningSandbox, bot: Bot) -> None:
    got: list[dict[str, Any]] = []
    secrets: set[str | None] = set()
    refusals = 2

    async def take(request: Request) -> Response:
        nonlocal refusals
        secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if refusals:
            refusals -= 1
            return Response(status_code=503)
        got.append(await request.json())
        if len(got) == 1:
            return JSONResponse({"method": "sendMessage", "chat_id": 7, "text": "Eccomi"})
        return Response()

    anna = sandbox.person(7)
    sandbox.world.deliverers["participants"].retry_seconds = 0.01
    first = await anna.says("/start")
    async with serving_app(Starlette(routes=[Route("/hook", take, methods=["POST"])])) as port:
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        others = [await anna.says(text) for text in ("uno", "due")]
        await anna.waits_until_heard()
        assert [update["update_id"] for update in got] == [act["update_id"] for act in (first, *others)]
        assert secrets == {"s3cret"}
        assert await anna.waits_for("Eccomi")
        info = await bot.get_webhook_info()
        assert (info.pending_update_count, info.last_error_message) == (
            0,
            "Wrong response from the webhook: 503 Service Unavailable",
        )
        await bot.delete_webhook()
        last = await anna.says("tre")
        assert [u.update_id for u in await bot.get_updates()] == [last["update_id"]]
        assert len(got) == 3


async def _until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_a_world_made_anew_repeats_no_number_of_an_update(clock: FixedClock) -> None:
    """A product that kept its database would take the new updates for old ones."""
    before = create_world(TOKENS, clock).bots["participants"].updates
    clock.advance(timedelta(seconds=2))
    after = create_world(TOKENS, clock).bots["participants"].updates
    numbers = [[updates.add(7, "message", {}) for _ in range(100)] for updates in (before, after)]
    assert not {*numbers[0]} & {*numbers[1]}
    assert all(one is not None and one < 2**31 for each in numbers for one in each)
