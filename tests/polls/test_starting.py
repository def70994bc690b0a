"""A series is started once it was asked again, with whom it reaches, and what happens when is said afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from core.clock import FixedClock
from core.people.tables import Address, Membership
from surveys.polls.series import load_series, set_series_state
from surveys.recurring.rhythm import SeriesState
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.polls.test_series import series
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_start_is_asked_once_more_with_numbers_and_says_what_happens_when(
    scene: Scene, web: RunningWeb, browser: Browser, sign_in: SignIn, clock: FixedClock
) -> None:
    made, here = series(scene, running=False), "/console/series/1"
    for person in (1, 2):
        mail = {"channel": "email", "value": f"p{person}@example.org", "proved_at": clock.now()}
        scene.insert(Address, participant_id=person, created_at=clock.now(), **mail)
    scene.database.write(lambda s: s.execute(update(Membership).values(legal_basis="public-task")))
    sign_in("administrator")
    when = "12 July 2023, 10:00"
    with page_of(browser, narrow=True, language="en") as page:
        enter_console(page, web)
        page.goto(f"{web.url}{here}?done=start")
        assert page.get_by_text("It runs.").count() == 0, "an address tells nothing that is not so"
        page.locator("summary", has_text="Start").click()
        asked = page.locator(".sure[open]").inner_text()
        for words in (
            f"would open on {when} and close on 17 July 2023, 18:00",
            "As of now 2 people would be invited.", "e-mail: 2",
            "left out: no address: 1", "What people will read",
        ):  # fmt: skip
            assert words in asked, words
        assert violations(page) == [] and overflow(page) <= 0
        assert scene.database.read(lambda s: load_series(s, made)).state is SeriesState.DRAFT
        page.get_by_role("button", name="Yes: Start").click()
        told = f"It runs. The next one opens on {when} and closes on 17 July 2023, 18:00; 2 people would be invited"
        page.get_by_role("status").get_by_text(told).wait_for()
        assert scene.database.read(lambda s: load_series(s, made)).state is SeriesState.RUNNING
    scene.database.write(lambda s: set_series_state(s, made, SeriesState.PAUSED))
    for client, told in ((sign_in("organiser"), "Somebody who may release"), (sign_in("reviewer"), "Yes: Go on")):
        assert told in client.get(here).text, "who may not start it reads why"
