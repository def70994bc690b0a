"""The alignment sheet's table in the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Office
from tests.console.conftest import SignIn, enter_console
from tests.responses.scene import Scene
from tests.results.sheet import sheet
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return sheet(database, clock)


def test_municipalities_by_actions(sign_in: SignIn, scene: Scene) -> None:
    client = sign_in("reader")
    path = f"/console/rounds/{scene.round_id}"
    assert f"{path}/matrix" in client.get(path).text
    page = client.get(f"{path}/matrix").text
    assert "Prova Alta" in page and "Misaligned" in page and "&lt;b&gt;Il rio&lt;/b&gt;" in page
    assert "Prova Terza" not in page, "what was not sent is nobody's business yet"
    assert "2 bodies have sent their answers." in page


def test_a_round_without_one_says_so(sign_in: SignIn, scene: Scene) -> None:
    other = scene.round("people")
    client = sign_in()
    assert "/matrix" not in client.get(f"/console/rounds/{other}").text
    assert client.get(f"/console/rounds/{other}/matrix").status_code == 404


def test_another_office_sees_nothing(sign_in: SignIn, scene: Scene) -> None:
    scene.insert(Office, slug="village", name="Village", kind="municipality")
    client = sign_in("administrator", "village")
    assert client.get(f"/console/rounds/{scene.round_id}/matrix").status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_table_is_accessible_and_fits(sign_in: SignIn, web: RunningWeb, browser: Browser, scene: Scene) -> None:
    sign_in()
    for narrow in (False, True):
        with page_of(browser, narrow=narrow, language="en-GB") as page:
            enter_console(page, web)
            page.goto(f"{web.url}/console/rounds/{scene.round_id}/matrix")
            page.get_by_text("Why", exact=True).click()
            assert violations(page) == []
            assert overflow(page) <= 0
