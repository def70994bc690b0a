"""The golden dialogues through the pages, without scripts: the same answers as everywhere."""

from __future__ import annotations

import httpx
import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.responses.scene import build
from tests.support.dialogues import Dialogue, compare_answers, load_dialogues
from tests.support.web import running_web
from tests.web.dialogues import play_on_pages, without_scripts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the chat plays them on PostgreSQL
@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
def test_dialogue_through_the_pages(dialogue: Dialogue, database: Database, links: Links) -> None:
    clock = FixedClock(dialogue.now)
    scene = build(database, clock.now(), dialogue.form_text, dialogue.files)
    with (
        running_web(database, clock, links) as web,
        httpx.Client(base_url=web.url, timeout=60, headers={"Accept-Language": "it"}) as http,
    ):
        kept = play_on_pages(dialogue, scene, web, without_scripts(http))
    compare_answers(dialogue, kept)
