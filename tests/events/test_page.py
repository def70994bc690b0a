"""The invitation's page, without scripts: a look changes nothing, a press keeps a reply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser

from core.clock import FixedClock
from core.links import Purpose
from core.people.erasing import erase_person
from core.people.merging import merge
from core.process.tables import Event
from tests.events.scene import ENDS, STARTS, add_event, replies
from tests.responses.scene import Scene
from tests.support.browser import chromium, overflow, page_of, violations
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb
from tests.web.reader import Reader

__all__ = ["http", "scene", "web"]  # fixtures


@pytest.fixture
def person(scene: Scene) -> int:
    return scene.participant(language="en")


def path(web: RunningWeb, person: int, event: int) -> str:
    return f"/events/{web.link(Purpose.RSVP, person, event)}"


def test_the_page_shows_the_event_and_the_replies(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    page = Reader(http, path(web, person, add_event(scene)))
    assert page.heading == "Launch event"
    assert "20 July 2023, 10:00 – 13:00" in page.at.text and "Place: Torino" in page.at.text
    assert "Metropolitan city" in page.at.text
    assert page.buttons() == {
        "in-person": "I come", "online": "I follow online", "maybe": "Maybe", "no": "I cannot come",
    }  # fmt: skip
    only_there = Reader(http, path(web, person, add_event(scene, "hall", online=False)))
    assert list(only_there.buttons()) == ["in-person", "maybe", "no"]


def test_who_follows_online_is_told_how(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = add_event(scene)
    page = Reader(http, path(web, person, event))
    assert "How to follow online" not in page.at.text
    page.press("online")
    assert "The address is not there yet" in page.at.text
    scene.change(Event, event, link="https://meet.example.org/launch?a=1&b=2", link_hours=24)
    clock.set(STARTS - timedelta(hours=24, seconds=1))
    assert "meet.example.org" not in Reader(http, page.path).at.text
    clock.set(STARTS - timedelta(hours=24))
    page = Reader(http, page.path)
    assert 'href="https://meet.example.org/launch?a=1&amp;b=2"' in page.at.text
    page.press("in-person")
    assert "meet.example.org" not in page.at.text


def test_scanners_change_nothing(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    address = path(web, person, add_event(scene))
    for _ in range(3):
        for end in ("", "?kept=1", "?do=no"):
            assert http.get(address + end).status_code == 200
            assert http.head(address + end).status_code == 200
    assert "your reply is noted" not in http.get(f"{address}?kept=1").text, "nothing was replied"
    assert replies(scene.database) == {}


def test_a_press_is_kept_thanked_for_and_can_be_changed(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    page = Reader(http, path(web, person, add_event(scene)))
    page.press("online")
    assert "Thank you, your reply is noted: I follow online." in page.at.text
    assert replies(scene.database) == {person: ("online", "web", 0)}
    again = Reader(http, page.path)
    assert "You have replied: I follow online." in again.at.text and "Thank you, your" not in again.at.text
    assert again.page.xpath("//button[@aria-current='true']/@value") == ["online"]
    again.press("no")
    assert replies(scene.database) == {person: ("no", "web", 1)}
    again.press("no")
    assert replies(scene.database) == {person: ("no", "web", 1)}, "pressing twice changes nothing"


def test_in_the_persons_language(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    page = Reader(http, path(web, scene.participant(language="fr"), add_event(scene)))
    assert page.buttons()["no"] == "Je ne peux pas venir"
    page = Reader(http, path(web, scene.participant(language="it"), add_event(scene, "again")))
    assert page.heading == "Incontro di lancio"
    page.press("in-person")
    assert "Grazie, la Sua risposta è registrata: Vengo." in page.at.text


def test_too_late_is_said(scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock) -> None:
    event, other = add_event(scene), scene.participant(language="en")
    early, late = Reader(http, path(web, person, event)), Reader(http, path(web, other, event))
    early.press("in-person")
    clock.set(STARTS)
    late.press("in-person")
    assert late.at.status_code == 409 and "has already begun" in late.at.text
    late.open(late.path)
    assert late.buttons() == {} and "too late" in late.at.text
    early.open(early.path)
    early.press("online")
    assert replies(scene.database) == {person: ("online", "web", 1)}
    early.open(early.path)
    clock.set(ENDS)
    early.press("no")
    assert early.at.status_code == 410 and "is over" in early.at.text
    early.open(early.path)
    assert list(early.buttons()) == ["here"], "that they follow can be said for two hours more"
    assert "You have replied: I follow online." in early.at.text


def test_an_event_that_does_not_take_place(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    event = add_event(scene)
    page = Reader(http, path(web, person, event))
    scene.change(Event, event, cancelled=True)
    page.press("in-person")
    assert page.at.status_code == 410 and "does not take place" in page.at.text
    page.open(page.path)
    assert page.buttons() == {} and "does not take place" in page.at.text


def test_links_that_open_nothing(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = add_event(scene)
    for token in (web.link(Purpose.ANSWER, person, event), web.link(Purpose.RSVP, person), "forged"):
        assert http.get(f"/events/{token}").status_code == 404
        assert http.post(f"/events/{token}", data={"do": "no"}).status_code == 404
    assert http.get(path(web, person, 999)).status_code == 404
    good = path(web, person, event)
    assert http.post(good, data={"do": "hall"}).status_code == 409
    assert http.post(good).status_code == 409
    database = scene.database
    database.write(lambda session: erase_person(session, person, [], scene.now))
    assert http.get(good).status_code == 410 and http.post(good, data={"do": "no"}).status_code == 410
    clock.advance(timedelta(days=31))
    assert http.get(path(web, scene.participant(), event)).status_code == 200
    assert http.get(good).status_code == 410
    assert replies(database) == {}


def test_after_a_merge_an_old_link_speaks_for_the_one_who_remains(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    event, gone = add_event(scene), scene.participant()
    page = Reader(http, path(web, gone, event))
    page.press("maybe")
    scene.database.write(lambda session: merge(session, gone, person, scene.now))
    other = Reader(http, path(web, person, event))
    assert "You have replied: Maybe." in other.at.text
    other.press("in-person")
    assert replies(scene.database) == {gone: ("in-person", "web", 1)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_page_is_accessible_and_fits(scene: Scene, web: RunningWeb, person: int, browser: Browser) -> None:
    address = web.url + path(web, person, add_event(scene))
    with page_of(browser, narrow=True, language="en-GB") as page:
        page.goto(address)
        assert overflow(page) <= 0
        assert violations(page) == []
        page.get_by_role("button", name="I come").click()
        page.get_by_text("Thank you, your reply is noted").wait_for()
        assert violations(page) == []
    with page_of(browser, script=False, language="en-GB") as page:
        page.goto(address)
        page.get_by_role("button", name="I follow online").click()
        page.get_by_text("Thank you, your reply is noted").wait_for()
    assert replies(scene.database) == {person: ("online", "web", 1)}
