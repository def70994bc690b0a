"""Pictures, sounds and films in the chat: before the question, once, and never in its way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bots.participants.tables import TelegramFile
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from sandbox.server.errors import bad_request
from tests.bots.stage import Stage
from tests.form_files.forms import FILES, FORM
from tests.responses.scene import build
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


async def test_a_file_that_telegram_refuses_holds_nothing_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    files = stage.sandbox.world.bots["participants"].files
    receives = files.received

    def refuses(value: Any) -> Any:
        if getattr(value, "name", "") == "map-en.png":
            raise bad_request("IMAGE_PROCESS_FAILED")
        return receives(value)

    monkeypatch.setattr(files, "received", refuses)
    person = await stage.joined(501)
    assert [one["kind"] for one in await media(person)] == ["audio", "photo", "photo"]
    assert "Which place?" in (await person.bot_messages())[-1]["text"]
