"""The golden dialogues through the chat, with nothing remembered between two updates but the database."""

from __future__ import annotations

import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.bots.chat_door import ChatDoor
from tests.bots.stage import Stage
from tests.responses.scene import build
from tests.support.dialogues import Dialogue, load_dialogues
from tests.support.sandbox import RunningSandbox


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # the pages play them on SQLite
@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
async def test_dialogue_through_the_chat(
    dialogue: Dialogue, database: Database, links: Links, sandbox: RunningSandbox
) -> None:
    clock = FixedClock(dialogue.now)
    scene = build(database, clock.now(), dialogue.form_text, dialogue.files)
    async with sandbox.bot() as bot:
        stage = Stage(scene, sandbox, bot, clock, links)
        await ChatDoor(stage, sandbox.person(501), dialogue).play()
