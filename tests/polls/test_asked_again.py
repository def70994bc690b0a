"""What a poll's page in the console asks once more before it does it, and how it reads."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from core.clock import FixedClock
from surveys.polls.making import close_poll
from surveys.polls.screens import screen_of
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
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
