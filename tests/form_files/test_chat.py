"""Pictures, sounds and films in the chat: before the question, once, and never in its way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram.types import Message
from sqlalchemy import func, select, update

from bots.participants import sending_files
from bots.participants.sending_files import FileSender, Ready
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from notifications.channels.tables import TelegramFile
from sandbox.server.errors import bad_request
from surveys.engine.inputs import Back
from surveys.responses.service import Moment, Request, answer, begin
from surveys.responses.shelf import FormShelf
from tests.bots.stage import Stage
from tests.form_files.forms import FILES, FORM
from tests.responses.scene import build
from tests.support.attachments import OGG, png
from tests.support.sandbox import Person, running_sandbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def stage(database: Database, clock: FixedClock, links: Links) -> AsyncIterator[Stage]:
    scene = build(database, clock.now())
    scene.publish(FORM, FILES)
    async with running_sandbox() as sandbox, sandbox.bot() as bot:
        yield Stage(scene, sandbox, bot, clock, links)


async def seen(person: Person) -> list[tuple[str, str]]:
    """What the bot sent: the kind of each message and its first line."""
    shown = ((one["media"]["kind"] if one["media"] else "text", one["text"]) for one in await person.bot_messages())
    return [(kind, text.strip().split("\n")[-1] if kind == "text" else text) for kind, text in shown]


def known(stage: Stage) -> int:
    return stage.scene.database.read(lambda s: s.scalar(select(func.count()).select_from(TelegramFile)) or 0)


async def media(person: Person) -> list[dict[str, Any]]:
    return [one["media"] for one in await person.bot_messages() if one["media"]]


async def test_they_come_before_the_question_and_once(stage: Stage) -> None:
    person = await stage.joined(501)
    kinds = [kind for kind, _ in await seen(person)]
    assert [one for one in kinds if one != "text"] == ["photo", "audio", "photo", "photo"]
    assert "Which place?" in (await person.bot_messages())[-1]["text"]
    captions = [text for kind, text in await seen(person) if kind == "photo"]
    assert captions == ["", "1. The park", "2. The river"]
    before = len(await person.bot_messages())
    await stage.say(person, "something else")  # refused: the question is asked again, its picture is not
    assert len(await media(person)) == 4 and len(await person.bot_messages()) == before + 1
    await stage.press(person, "The park")
    assert [kind for kind, _ in await seen(person)][-2:] == ["video", "text"]
    assert stage.given(person) == {"place": "park"}
    await stage.press(person, "Back")
    assert len(await media(person)) == 9, "who goes back sees them again"


async def test_telegram_keeps_them_and_they_are_handed_over_once(stage: Stage) -> None:
    first = await stage.joined(501)
    assert known(stage) == 4
    kept = len(stage.sandbox.world.bots["participants"].files.kept)
    second = await stage.joined(502)
    assert len(stage.sandbox.world.bots["participants"].files.kept) == kept
    assert await media(second) == await media(first)


async def test_a_name_that_telegram_forgot_is_replaced(stage: Stage) -> None:
    await stage.joined(501)
    stage.scene.database.write(lambda s: s.execute(update(TelegramFile).values(file_id="forgotten")))
    second = await stage.joined(502)
    assert len(await media(second)) == 4
    names = stage.scene.database.read(lambda s: s.scalars(select(TelegramFile.file_id)).all())
    assert "forgotten" not in names


async def test_a_picture_that_is_no_photo_for_telegram_goes_out_as_a_document(stage: Stage) -> None:
    stage.scene.publish(FORM, {**FILES, "map-en.png": png(2, 90), "park.jpg": png(90, 2), "heard.mp3": OGG})
    person = await stage.joined(501)
    assert [one["kind"] for one in await media(person)] == ["document", "document", "document", "photo"]
    captions = [text for kind, text in await seen(person) if kind != "text"]
    assert captions == ["", "", "1. The park", "2. The river"]
    kept = len(stage.sandbox.world.bots["participants"].files.kept)
    second = await stage.joined(502)
    assert [one["kind"] for one in await media(second)] == ["document", "document", "document", "photo"]
    assert len(stage.sandbox.world.bots["participants"].files.kept) == kept, "none is uploaded or refused again"


async def test_a_file_that_telegram_takes_in_no_way_holds_nothing_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = stage.sandbox.world.bots["participants"].files
    receives = files.received

    def refuses(value: Any, limit: int) -> Any:
        if getattr(value, "name", "") in ("map-en.png", "park.jpg"):
            raise bad_request("IMAGE_PROCESS_FAILED")
        return receives(value, limit)

    monkeypatch.setattr(files, "received", refuses)
    person = await stage.joined(501)
    assert [one["kind"] for one in await media(person)] == ["audio", "photo"]
    assert "Which place?" in (await person.bot_messages())[-1]["text"]


async def test_a_file_that_takes_for_ever_is_left_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(sending_files, "LONGEST", 0.01)
    monkeypatch.setattr(FileSender, "_hand_over", never)
    person = await stage.joined(501)
    assert await media(person) == [] and "Which place?" in (await person.bot_messages())[-1]["text"]


async def test_a_hall_at_the_same_question_uploads_once(stage: Stage) -> None:
    dispatcher, people = stage.dispatcher(), [await stage.person(number) for number in range(501, 505)]
    for person in people:
        await person.says(stage.link(stage.participant(f"p{person.id}@example.org")))
    updates = await stage.bot.get_updates(timeout=0)
    await asyncio.gather(*(dispatcher.feed_update(stage.bot, update) for update in updates))
    assert len(stage.sandbox.world.bots["participants"].files.kept) == 4
    assert [len(await media(person)) for person in people] == [4] * len(people)


async def test_who_waits_for_an_upload_does_not_wait_for_one_another(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as Telegram's name is known, all the others send at once: they meet before any has sent."""
    hands_over, together = FileSender._hand_over, asyncio.Barrier(3)

    async def meeting(sender: FileSender, chat_id: int, ready: list[Ready]) -> list[Message]:
        if all(one.file_id for one in ready):
            await together.wait()
        return await hands_over(sender, chat_id, ready)

    monkeypatch.setattr(FileSender, "_hand_over", meeting)
    dispatcher, people = stage.dispatcher(), [await stage.person(number) for number in range(501, 505)]
    for person in people:
        await person.says(stage.link(stage.participant(f"p{person.id}@example.org")))
    updates = await stage.bot.get_updates(timeout=0)
    await asyncio.gather(*(dispatcher.feed_update(stage.bot, update) for update in updates))
    assert [len(await media(person)) for person in people] == [4] * len(people)


async def test_another_language_has_its_own_pictures(stage: Stage) -> None:
    person = await stage.joined(501)
    await stage.say(person, "/language")
    await stage.press(person, "Italiano")
    assert [text for kind, text in await seen(person) if kind == "photo"][3:] == ["", "1. Il parco", "2. Il fiume"]
    assert "Quale luogo?" in (await person.bot_messages())[-1]["text"]


async def test_what_another_door_began_or_went_on_with_shows_its_pictures(stage: Stage) -> None:
    ada, scene = stage.participant(), stage.scene
    web = Moment(stage.clock.now(), "web", "en")
    begun = scene.database.write(lambda s: begin(s, FormShelf(), ada, scene.round_id, web))
    person = await stage.person(501)
    await person.says(stage.link(ada))
    await stage.hears()
    assert len(await media(person)) == 4
    await stage.press(person, "The park")
    assert len(await media(person)) == 5
    back = Request(begun.response_id, Back(), "web")
    scene.database.write(lambda s: answer(s, FormShelf(), back, stage.clock.now()))
    await stage.press(person, "Go on")  # of the newest message: the page has gone elsewhere meanwhile
    assert len(await media(person)) == 9 and "Which place?" in (await person.bot_messages())[-1]["text"]
