"""Where a poll's short address leads whom it is not for, and where its result is found."""

from __future__ import annotations

import httpx
import pytest

from core.links import Purpose
from surveys.polls.ballot import Choice
from surveys.polls.making import close_poll
from surveys.polls.screens import change_screen
from tests.polls.scene import BOOTH, add, named, vote
from tests.responses.scene import Scene
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb

__all__ = ["http", "scene", "web"]  # fixtures

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
