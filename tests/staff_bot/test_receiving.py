"""Updates come in once, in order, and are confirmed only after the commit; requests keep a chat's pace."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from bots.command_names import command_in
from bots.staff.menu import COMMANDS
from bots.staff.pacing import Turns
from bots.staff.telling import run_telling
from bots.updates.polling import Poller, poll_for
from bots.updates.webhook import path_of, route_for
from core.staff.chats import linked_chat
from notifications.staff.alarms import note
from notifications.staff.looking import Seen
from sandbox.serving import serving_app
from tests.staff_bot.stage import StaffStage

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "told-to-telegram"


@IN_SQLITE
async def test_what_is_not_committed_is_fetched_again_and_what_is_comes_twice_without_harm(
    stage: StaffStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera = await stage.linked("Vera")
    await stage.say(vera, "/settings")
    await vera.presses("Alarms: turn off")
    (update,) = await stage.updates()
    shared = stage.database.shared

    async def away(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("away"))

    monkeypatch.setattr("bots.updates.polling.TROUBLE_SECONDS", 0.01)
    poller = Poller(stage.door)
    monkeypatch.setattr(stage.database, "shared", away)
    for _ in range(5):
        await poller.poll()
    assert len(await stage.updates()) == 1, "it was not confirmed"
    monkeypatch.setattr(stage.database, "shared", shared)
    await stage.door.take(update)
    assert "🔕 Alarms" in (await vera.bot_messages())[-1]["text"]
    await stage.door.take(update)  # as after a kill between the commit and the next getUpdates
    assert "Good day" in (await vera.bot_messages())[-1]["text"], "it shows where things stand"
    chat = stage.database.read(lambda session: linked_chat(session, 1))
    assert chat is not None and not chat.takes_alarms, "turned off, not off and on"


@IN_SQLITE
async def test_the_webhook_takes_in_what_telegram_delivers(stage: StaffStage) -> None:
    vera, path = await stage.linked("Vera"), path_of("staff")
    async with serving_app(Starlette(routes=[route_for(stage.door, path, SECRET)])) as port:
        address = f"http://127.0.0.1:{port}{path}"
        await stage.door.prepare()
        await stage.door.set_webhook(address, SECRET)
        await vera.says("/help")
        await vera.waits_for("audit log")
        await vera.waits_until_heard()
        http, right = stage.sandbox.http, {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        assert (await http.post(address, json={"update_id": 1})).status_code == 403
        for content in (b"{", b"[]", b'"x"', b"{}"):
            assert (await http.post(address, content=content, headers=right)).status_code == 400
        assert (await http.post(address, json={"update_id": 77}, headers=right)).status_code == 200
    told = stage.sandbox.world.bots["staff"].commands
    named = {tuple(one["command"] for one in each) for each in told.values()}
    assert len(told) == 4 and named == {tuple(command_in(code, one) for one in COMMANDS) for code in ("it", "en", "fr")}


@IN_SQLITE
async def test_commands_are_called_as_their_reader_speaks(stage: StaffStage) -> None:
    vera = await stage.linked("Vera")
    await stage.say(vera, "/lingua")
    await stage.press(vera, "Italiano")
    shown = await stage.say(vera, "/aide")
    assert "/oggi – " in shown["text"] and "/impostazioni – " in shown["text"] and "/today" not in shown["text"]
    assert (await stage.say(vera, "/oggi"))["text"] == (await stage.say(vera, "/today"))["text"]
    assert "/aiuto" in (await stage.say(vera, "/nonsense"))["text"]


@IN_SQLITE
async def test_who_stops_the_bot_in_telegram_is_unlinked(stage: StaffStage) -> None:
    vera = await stage.linked("Vera")
    await vera.blocks()
    await stage.hears()
    await vera.blocks(False)
    assert [act for act, _ in stage.audit()] == ["staff-chat.linked", "staff-chat.unlinked"]
    assert "sign in to the console" in (await stage.say(vera, "/today"))["text"]


def test_a_chat_gets_a_few_at_once_and_then_one_a_second() -> None:
    turns = Turns(1.0, 3)
    assert [turns.wait(1, 100.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert turns.wait(2, 100.0) == 0, "another chat has its own"
    assert turns.wait(1, 110.0) == 0


@IN_SQLITE
async def test_as_it_is_served_it_polls_and_tells(stage: StaffStage) -> None:
    vera = await stage.linked("Vera")
    tasks = [
        asyncio.ensure_future(poll_for(stage.door, stage.database)),
        asyncio.ensure_future(run_telling(stage.deps, stage.door)),
    ]
    try:
        await vera.says("/help")
        await vera.waits_for("audit log")
        seen, now = [Seen("disk", values={"free": 5})], stage.clock.now()
        await stage.database.awrite(lambda session: note(session, seen, now))
        await vera.waits_for("The disk is nearly full")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
