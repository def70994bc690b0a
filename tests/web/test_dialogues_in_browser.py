"""The golden dialogues in a real browser with scripts: the same answers as everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.responses.scene import build
from tests.support.browser import page_of
from tests.support.dialogues import Dialogue, compare_answers, load_dialogues
from tests.support.web import running_web
from tests.web.browser_reader import BrowserPlayer, BrowserReader
from tests.web.dialogues import play_on_pages


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
def test_dialogue_in_the_browser(dialogue: Dialogue, database: Database, links: Links, browser: Browser) -> None:
    clock = FixedClock(dialogue.now)
    scene = build(database, clock.now(), dialogue.form_text, dialogue.files)
    with running_web(database, clock, links) as web, page_of(browser) as tab:
        kept = play_on_pages(dialogue, scene, web, (BrowserPlayer, lambda path: BrowserReader(tab, web.url, path)))
        assert [one for one in tab.__dict__["told_errors"] if "422" not in one] == []  # of answers that were refused
    compare_answers(dialogue, kept)
