"""What a poll's page in the console asks once more before it does it, and how it reads."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from core.clock import FixedClock
from surveys.polls.making import close_poll
from surveys.polls.screens import screen_of
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.console.test_pages import text_of, tree
from tests.dates.test_console import post
from tests.polls.scene import BOOTH, add, named
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


def test_a_result_is_published_and_taken_back_once_it_was_asked_again(
    scene: Scene, web: RunningWeb, browser: Browser, sign_in: SignIn, clock: FixedClock
) -> None:
    poll: Any = add(scene, named())
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, clock.now()))
    sign_in("administrator")

    def is_published() -> bool:
        return bool(scene.database.read(lambda session: screen_of(session, poll.id)).published)

    with page_of(browser, narrow=True, language="en") as page:
        enter_console(page, web)
        page.goto(f"{web.url}/console/polls/{poll.id}?done=publish")
        assert page.get_by_text("The result is published:").count() == 0, "an address tells nothing that is not so"
        page.locator("summary", has_text="Publish the result").click()
        assert "on a page for everybody?" in page.locator(".sure[open]").inner_text() and not is_published()
        assert f"/{poll.code}/result" in page.locator(".sure[open]").inner_text()
        assert violations(page) == [] and overflow(page) <= 0
        page.get_by_role("button", name="Yes: Publish the result").click()
        told = page.get_by_role("status").filter(has_text="The result is published:")
        assert told.get_by_role("link").inner_text().endswith(f"/{poll.code}/result") and is_published()
        page.locator("summary", has_text="Publish no longer").click()
        assert "no longer?" in page.locator(".sure[open]").inner_text() and is_published()
        page.get_by_role("button", name="Yes: Publish no longer").click()
        page.get_by_role("status").get_by_text("The result is not published any more.").wait_for()
        assert not is_published()


def test_the_message_with_the_result_is_prepared_once_and_changed_then(scene: Scene, sign_in: SignIn) -> None:
    poll, client = add(scene, named()), sign_in("organiser")
    here = f"/console/polls/{poll.id}"
    page = text_of(client.get(here))
    assert "Prepare the message with the result" in page and "Change who is told" not in page
    review = post(client, here, f"{here}/result-mailing", **{"result-to": "asked"}).url.path
    page = text_of(client.get(here))
    assert "Prepare the message" not in page and "Change who is told the result" in page
    assert tree(client.get(here)).xpath(f"//form//a[@href='{review}']"), "it is there to be read"


def test_buttons_keep_off_the_facts_below_and_a_rule_off_its_name(
    scene: Scene, web: RunningWeb, browser: Browser, sign_in: SignIn
) -> None:
    poll = add(scene, named(), opened=False)
    sign_in("administrator")
    with page_of(browser, narrow=False, language="en") as page:
        enter_console(page, web)
        page.goto(f"{web.url}/console/polls/{poll.id}")
        above, below = page.locator(".poll-acts").first.bounding_box(), page.locator("dl.facts").bounding_box()
        assert above is not None and below is not None and below["y"] - above["y"] - above["height"] >= 16
        rule = page.locator("dt", has_text="How it is counted").locator("+ dd").inner_text()
        assert len(rule.splitlines()) > 1 and rule.splitlines()[0] == "Most votes"
