"""Where a poll's short address leads whom it is not for, and where its result is found."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser

from core.links import Purpose
from surveys.polls.ballot import Choice
from surveys.polls.making import close_poll
from surveys.polls.screens import change_screen
from tests.console.conftest import browser
from tests.polls.scene import BOOTH, add, named, vote
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb

__all__ = ["browser", "http", "scene", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both


@pytest.mark.parametrize("walk_ins", [True, False])
def test_a_published_result_is_found_from_the_poll_and_said_to_be_missing_before(
    scene: Scene, web: RunningWeb, http: httpx.Client, *, walk_ins: bool
) -> None:
    person, poll = scene.participant(language="en"), add(scene, named(walk_ins=walk_ins))
    vote(scene, poll, person, Choice(("A",)))
    page, result = f"/p/{web.link(Purpose.VOTE, person, poll.id)}", f"/v/{poll.code}/result"
    short, link = f"/v/{poll.code}?lang=en", f'href="{result}'

    def unpublished() -> None:
        missing = http.get(f"{result}?lang=en")
        assert missing.status_code == 404 and "is not published." in missing.text
        assert "There is no poll here" not in missing.text and f'href="/v/{poll.code}' in missing.text
        assert link not in http.get(page).text and link not in http.get(short).text

    unpublished()
    scene.database.write(lambda session: close_poll(session, BOOTH.ids, poll.id, scene.now))
    unpublished()
    scene.database.write(lambda session: change_screen(session, poll.id, published=True))
    assert link in http.get(page).text
    there = http.get(short)
    if walk_ins:
        assert link in there.text
    else:
        assert (there.status_code, there.headers["Location"]) == (303, f"{result}?lang=en")
    assert "Park" in http.get(result).text
    assert "There is no poll here" in http.get("/v/zzzzzz/result?lang=en").text


def test_a_short_address_sends_whoever_was_invited_to_their_link(scene: Scene, http: httpx.Client) -> None:
    poll = add(scene, named())
    for answered in (http.get(f"/v/{poll.code}?lang=en"), http.post(f"/v/{poll.code}?lang=en", data={"choice": "A"})):
        assert answered.status_code == 403
        assert "If you were invited, use the link in your message." in answered.text


def test_a_code_is_typed_on_a_page_of_its_own(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    poll, draft = add(scene, named(walk_ins=True)), add(scene, named(walk_ins=True), "draft", opened=False)
    assert 'href="/v"' in http.get("/").text
    asked = http.get("/v")
    assert asked.status_code == 200 and 'name="code" value=""' in asked.text and "field-error" not in asked.text
    spaced = f" {poll.code[:3].upper()} {poll.code[3:].upper()} "
    address, dashed = f"{web.url}/v/{poll.code}", f"{poll.code[:3]}-{poll.code[3:]}."
    for typed in (
        poll.code, spaced, dashed, address, f"{address}/", f"{address}?lang=fr", f"{address}/?from=mail#top",
        f"{address}/result", f"{address}/result?lang=fr", f"{address[7:]}/result", address.upper(), f"v/{poll.code}",
        f"{poll.code}?lang=fr", f"{web.url}/live/{poll.code}",
    ):  # fmt: skip
        there = http.get("/v", params={"code": typed, "lang": "fr"})
        assert (there.status_code, there.headers["Location"]) == (303, f"/v/{poll.code}?lang=fr"), typed
    unknown = http.get("/v", params={"code": 'ZZ "9<'})
    assert unknown.status_code == 404 and 'value="ZZ &#34;9&lt;"' in unknown.text and "no open poll" in unknown.text
    assert "code=ZZ%20%229%3C" in unknown.text, "another language keeps it"
    for strange in ("-", "?", "/v/", "http://[v/", f"{web.url}/v/?code={poll.code}"):
        assert http.get("/v", params={"code": strange}).status_code == 404, strange
    told = http.get("/v", params={"code": draft.code})
    assert told.status_code == 404 and "no open poll" in told.text, "a draft is not told from nothing"


def test_the_page_for_a_code_is_read_on_a_phone(scene: Scene, web: RunningWeb, browser: Browser) -> None:
    poll = add(scene, named(walk_ins=True))
    with page_of(browser, narrow=True, language="en") as page:
        page.goto(f"{web.url}/v")
        page.get_by_label("The code on the screen").fill("zzzzzz")
        page.get_by_role("button", name="Go to the poll").click()
        page.get_by_role("alert").get_by_text("no open poll with this code").wait_for()
        assert violations(page) == [] and overflow(page) <= 0
        page.get_by_label("The code on the screen").fill(poll.code.upper())
        page.get_by_role("button", name="Go to the poll").click()
        page.wait_for_url(f"**/v/{poll.code}")
