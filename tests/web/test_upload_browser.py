"""Files chosen in a real browser: with and without scripts, at 320 pixels, against WCAG 2.2 AA."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from surveys.responses.tables import Attachment
from tests.conftest import NOW
from tests.responses.scene import Scene, build
from tests.support.attachments import JPEG, media_form, png
from tests.support.browser import overflow, page_of, violations
from tests.support.databases import SqliteDatabases
from tests.support.web import RunningWeb, running_web


@pytest.fixture
def stage(sqlite_databases: SqliteDatabases) -> Iterator[tuple[Scene, RunningWeb]]:
    with sqlite_databases.fresh() as url:
        database = Database(url)
        scene = build(database, NOW, media_form("picture", "code"))
        with running_web(database, FixedClock(NOW), Links("a secret of at least thirty-two characters")) as web:
            yield scene, web
        database.close()


def check(page: Page) -> None:
    assert violations(page) == [], page.url
    assert overflow(page) <= 0, page.url


def kept(scene: Scene) -> list[str]:
    found = select(Attachment.media_type).order_by(Attachment.id)
    return list(scene.database.read(lambda s: s.scalars(found).all()))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("narrow", [True, False], ids=["telephone", "desk"])
def test_a_picture_is_chosen_sent_and_removed(
    stage: tuple[Scene, RunningWeb], browser: Browser, tmp_path: Path, *, script: bool, narrow: bool
) -> None:
    scene, web = stage
    picture = tmp_path / "Un albero.png"
    picture.write_bytes(png(20, 20))
    with page_of(browser, narrow=narrow, script=script, language="en-GB") as page:
        page.goto(web.url + web.answer_path(scene.participant(language="en"), scene.round_id))
        page.click("button[value=begin]")
        expect(page.locator("h1")).to_contain_text("A picture of the place?")
        check(page) if script else None
        page.get_by_label("A picture of the place?").set_input_files(picture)
        page.click("button[value=save]")
        expect(page.locator("h1")).to_contain_text("The code on the sign?")
        check(page) if script else None
        assert kept(scene) == ["image/png"]
        page.get_by_label("Or send a photo of it").set_input_files(picture)
        page.click("button[value=save]")
        expect(page.locator("h1")).to_contain_text("Look over your answers")
        assert kept(scene) == ["image/png"], "the same picture is kept once"
        page.locator("button[value^='edit:']").first.click()
        expect(page.locator("p.kept")).to_contain_text("Un-albero-")
        check(page) if script else None
        page.get_by_label("Remove this file").press("Space")
        page.click("button[value=save]")
        expect(page.locator("h1")).to_contain_text("Look over your answers")
        expect(page.locator("dd.given").first).to_contain_text("No answer")
        assert page.__dict__["told_errors"] == []


def test_a_file_that_is_too_large_is_told_of_before_it_is_sent(
    stage: tuple[Scene, RunningWeb], browser: Browser, tmp_path: Path
) -> None:
    scene, web = stage
    picture = tmp_path / "big.jpg"
    picture.write_bytes(JPEG + bytes(3 * 1024 * 1024))
    with page_of(browser, language="en-GB") as page:
        page.goto(web.url + web.answer_path(scene.participant(language="en"), scene.round_id))
        page.click("button[value=begin]")
        chosen = page.get_by_label("A picture of the place?")
        chosen.set_input_files(picture)
        assert "at most 2 MB" in str(chosen.evaluate("one => one.validationMessage"))
        assert chosen.evaluate("one => one.files.length") == 0
    with page_of(browser, script=False, language="en-GB") as page:
        page.goto(web.url + web.answer_path(scene.participant(language="en"), scene.round_id))
        page.click("button[value=begin]")
        page.get_by_label("A picture of the place?").set_input_files(picture)
        page.click("button[value=save]")
        expect(page.locator(".field-error")).to_contain_text("The file is too large: at most 2 MB")
    assert kept(scene) == []
