"""The pages of joining in a real browser: WCAG 2.2 AA, wide and narrow, by keys alone, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from core.links import Purpose, in_days
from core.people.tables import JoinRequest, Membership
from core.process.tables import Office
from tests.joining.stage import TEXT
from tests.responses.scene import FORM
from tests.support.browser import chromium, page_of
from tests.support.databases import SqliteDatabases
from tests.web.stage import Stage, stage_of
from tests.web.test_browser import check, choose, heading, tab_to


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def stage(sqlite_databases: SqliteDatabases) -> Iterator[Stage]:
    with stage_of(FORM, sqlite_databases) as made:
        made.scene.change(Office, made.scene.office_id, joining={"open": True, "text": TEXT})
        made.scene.municipality("torino")
        yield made


def confirming(stage: Stage) -> str:
    """The address in the newest mail."""
    newest = select(JoinRequest.nonce).order_by(JoinRequest.id.desc()).limit(1)
    nonce = stage.scene.database.read(lambda s: s.scalars(newest).one())
    token = stage.web.deps.links.sign(Purpose.CONFIRM_JOIN, nonce, expires=in_days(stage.scene.now, 7))
    return f"{stage.web.url}/joining/confirm/{token}"


def test_every_page_on_the_way(browser: Browser, stage: Stage) -> None:
    with page_of(browser) as page:
        page.goto(f"{stage.web.url}/?lang=it")
        check(page)
        page.goto(f"{stage.web.url}/join/metro?from=poster&lang=it")
        check(page)
        page.click("button[value=join]")
        page.wait_for_selector(".faults")
        check(page)
        assert page.locator(".faults").evaluate("box => box === document.activeElement")
        page.fill("#email", "ada@example.org")
        choose(page.locator("#purpose-events"))
        page.click("button[value=join]")
        page.wait_for_url("**/join/metro/sent?lang=it")
        check(page)
        assert heading(page) == "Le abbiamo scritto"
        page.goto(confirming(stage))
        check(page)
        page.click("button[value=confirm]")
        page.wait_for_selector("a[href^='/preferences/']")
        check(page)
        assert heading(page) == "Grazie, l'iscrizione è fatta"


def test_by_keys_alone(browser: Browser, stage: Stage) -> None:
    with page_of(browser) as page:
        page.goto(f"{stage.web.url}/join/metro?lang=en")
        tab_to(page, "#email")
        page.keyboard.type("bruno@example.org")
        tab_to(page, "#purpose-polls")
        page.keyboard.press("Space")
        tab_to(page, "button[value=join]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/join/metro/sent?lang=en")
        page.goto(confirming(stage))
        tab_to(page, "button[value=confirm]")
        page.keyboard.press("Enter")
        page.wait_for_selector("a[href^='/preferences/']")


def test_without_scripts(browser: Browser, stage: Stage) -> None:
    before = len(stage.scene.database.read(lambda s: s.scalars(select(Membership.id)).all()))
    with page_of(browser, script=False) as page:
        page.goto(f"{stage.web.url}/join/metro")
        page.fill("#email", "carla@example.org")
        choose(page.locator("#purpose-results"))
        page.select_option("#municipality", "torino")
        page.click("button[value=join]")
        page.wait_for_url("**/join/metro/sent*")
        page.goto(confirming(stage))
        page.click("button[value=confirm]")
        page.wait_for_selector("a[href^='/preferences/']")
    assert len(stage.scene.database.read(lambda s: s.scalars(select(Membership.id)).all())) == before + 1
