"""Seats on the invitation's page and on the page of a public event, without scripts and in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from playwright.sync_api import Browser

from core.clock import FixedClock
from core.process.event_files import Document, add_document
from core.process.tables import Attendance, Event, Office
from core.process.waiting import tend_waiting_lists
from tests.events.scene import STARTS, add_event, rows, say
from tests.events.test_page import path
from tests.events.test_seats import given
from tests.responses.scene import Scene
from tests.support.browser import chromium, overflow, page_of, violations
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb
from tests.web.reader import Reader

__all__ = ["http", "scene", "web"]  # fixtures


@pytest.fixture
def person(scene: Scene) -> int:
    return scene.participant(language="en")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def kept(scene: Scene, person: int) -> Attendance:
    return next(one for one in rows(scene.database) if one.participant_id == person)


def test_rooms_are_told_in_words(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    event = add_event(scene, seats={"in-person": 12, "online": 1})
    page = Reader(http, path(web, person, event))
    assert "In person: <strong>12 places free</strong>" in page.at.text
    assert "Online: <strong>only 1 place left</strong>" in page.at.text
    for _ in range(9):
        say(scene.database, given(event, scene.participant()), scene.now)
    say(scene.database, given(event, scene.participant(), "online"), scene.now)
    page.open(page.path)
    assert "only 3 places left" in page.at.text and "Online: <strong>full</strong>" in page.at.text
    assert page.buttons()["online"] == "I follow online (waiting list)"
    assert page.buttons()["in-person"] == "I come"


def test_who_waits_sees_their_place_and_takes_or_leaves_what_is_offered(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event, first, other = (
        add_event(scene, seats={"in-person": 1}),
        scene.participant(language="en"),
        scene.participant(),
    )
    for one in (first, other):
        say(scene.database, given(event, one), scene.now)
    page = Reader(http, path(web, person, event))
    page.press("in-person")
    assert "Thank you, your reply is noted: I am on the waiting list." in page.at.text
    assert "You are on the waiting list (in person): place 2." in page.at.text
    assert "Meanwhile you can follow online" in page.at.text
    page.press("online")
    assert "You have replied: I follow online." in page.at.text and "place 2." in page.at.text
    say(scene.database, given(event, other, "no"), scene.now)
    page.open(page.path)
    assert "place 1." in page.at.text
    say(scene.database, given(event, first, "no"), clock.now())
    page.open(page.path)
    assert "A place is free for you (in person)." in page.at.text and "12 July 2023" in page.at.text
    page.press("in-person")
    assert "You have replied: I come." in page.at.text and "waiting list" not in page.at.text
    late = Reader(http, path(web, first, event))
    late.press("in-person")
    late.press("leave")
    assert "waiting list" not in late.at.text.replace("(waiting list)", "") and "I cannot come" in late.at.text


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    event = add_event(scene, seats={"in-person": 2}, companions=3, substitutes=True, asks_needs=True)
    page = Reader(http, path(web, person, event))
    page.press("in-person", companions="1", needs="Una rampa", substitute="Carla Neri")
    assert "You bring 1 person along." in page.at.text and "In your place comes: Carla Neri." in page.at.text
    for typed, said in (("2", "not enough free places"), ("x", "at most 3"), ("4", "at most 3")):
        page.press("in-person", companions=typed, needs="Due rampe <b>")
        assert page.at.status_code in {409, 422} and said in page.at.text
        assert f'value="{typed}"' in page.at.text and "Due rampe &lt;b&gt;" in page.at.text
        row = kept(scene, person)
        assert (row.companions, row.needs) == (1, "Una rampa")
        page.open(page.path)
    page.press("no")
    row = kept(scene, person)
    assert (row.companions, row.substitute) == (0, "Carla Neri")


def test_registration_that_is_not_open_offers_no_seat(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = add_event(scene, opens_local="2023-07-12T09:00", closes_local="2023-07-18T18:00")
    page = Reader(http, path(web, person, event))
    assert "Registration opens on 12 July 2023, 09:00." in page.at.text
    assert list(page.buttons()) == ["maybe", "no"]
    refused = http.post(page.path, data={"do": "in-person"})
    assert refused.status_code == 409 and "12.07.2023" in refused.text
    clock.set(STARTS - timedelta(days=5))
    page.open(page.path)
    assert "in-person" in page.buttons() and "open until 18 July 2023, 18:00" in page.at.text
    page.press("in-person")
    clock.set(STARTS - timedelta(days=1))
    page.open(page.path)
    assert "Registration is closed" in page.at.text and list(page.buttons()) == ["in-person", "maybe", "no"]


def test_programme_directions_and_documents(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    event = add_event(
        scene, programme={"en": "- **Opening**\n- <script>"}, directions={"en": "Tram 4"}, address="Corso Inghilterra 7"
    )
    document = Document("Agenda & more.pdf", "application/pdf", sha256(b"%PDF-").hexdigest(), 5)
    scene.database.write(lambda session: add_document(session, event, document, b"%PDF-", scene.now))
    office = scene.database.read(lambda s: s.get_one(Office, scene.office_id).slug)
    for address in (path(web, person, event), f"/e/{office}/launch"):
        page = Reader(http, address)
        assert "<strong>Opening</strong>" in page.at.text and "<script>" not in page.at.text
        assert "Tram 4" in page.at.text and "Corso Inghilterra 7" in page.at.text
        link = page.page.xpath("string(//ul[@class='files']//a/@href)")
        file = http.get(link)
        assert (file.content, file.headers["content-type"]) == (b"%PDF-", "application/pdf")
        assert "sandbox" in file.headers["content-security-policy"]
        assert http.get(f"{address}/files/none.pdf").status_code == 404


def test_a_public_event_has_a_page_and_a_meeting_none(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    event = add_event(scene, seats={"in-person": 2})
    add_event(scene, "board", kind="meeting", title={"en": "The board"})
    add_event(scene, "closed", invited_only=True, title={"en": "For few"})
    office = scene.database.read(lambda s: s.get_one(Office, scene.office_id).slug)
    front = http.get("/").text
    assert f'href="/e/{office}/launch"' in front
    for hidden in ("The board", "For few"):
        assert hidden not in front
    page = http.get(f"/e/{office}/launch")
    assert "Also online." in page.text, "with no limit of places either"
    assert "Launch event" in page.text and "only 2 places left" in page.text and "How to register" in page.text
    assert "<form" not in page.text.split("<main")[1]
    for slug in ("board", "closed", "none", "a%00b"):
        assert http.get(f"/e/{office}/{slug}").status_code == 404
        assert http.get(f"/e/{office}/{slug}/files/x.pdf").status_code == 404
    scene.change(Event, event, cancelled=True)
    assert "does not take place" in http.get(f"/e/{office}/launch").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_pages_are_accessible_and_fit(scene: Scene, web: RunningWeb, person: int, browser: Browser) -> None:
    event = add_event(
        scene, seats={"in-person": 1}, companions=2, substitutes=True, asks_needs=True, programme={"en": "- One"},
        directions={"en": "Tram 4"},
    )  # fmt: skip
    first = scene.participant()
    say(scene.database, given(event, first), scene.now)
    office = scene.database.read(lambda s: s.get_one(Office, scene.office_id).slug)
    for script in (True, False):
        with page_of(browser, narrow=True, script=script, language="en-GB") as page:
            page.goto(web.url + path(web, person, event))
            if script:
                assert (overflow(page), violations(page)) == (0, [])
            page.get_by_label("What do you need").fill("Una rampa")
            page.get_by_role("button", name="I come (waiting list)").click()
            page.get_by_text("You are on the waiting list (in person): place 1.").wait_for()
            if script:
                assert violations(page) == []
            page.get_by_role("button", name="Leave the waiting list").click()
            page.get_by_text("You have replied: I cannot come.").wait_for()
            page.goto(f"{web.url}/e/{office}/launch")
            if script:
                assert (overflow(page), violations(page)) == (0, [])
    assert kept(scene, person).needs == "Una rampa"


def test_who_asks_for_more_places_than_are_left_is_told_that_alone_there_is_one(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    event = add_event(scene, seats={"in-person": 1}, companions=2)
    page = Reader(http, path(web, person, event))
    page.press("in-person", companions="1")
    assert "There are not enough places for all of you. If you come alone, there is one." in page.at.text
    assert kept(scene, person).reply == "waiting"
    form = page.page.xpath("//form[.//button[normalize-space()='I come alone']]")[0]
    assert dict(form.form_values()) == {"companions": "0"}
    sent = http.post(page.path, data={"companions": "0", "do": "in-person"}, follow_redirects=True)
    assert sent.status_code == 200 and "I come alone" not in sent.text
    assert (kept(scene, person).reply, kept(scene, person).waits_for) == ("in-person", "")


def test_who_let_an_offer_lapse_has_replied_nothing(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int
) -> None:
    event = add_event(scene, seats={"in-person": 1}, offer_hours=24)
    first = scene.participant()
    for one in (first, person):
        say(scene.database, given(event, one), scene.now)
    say(scene.database, given(event, first, "no"), scene.now)
    scene.database.write(lambda session: tend_waiting_lists(session, scene.now + timedelta(hours=25)))
    page = Reader(http, path(web, person, event))
    assert "You have replied" not in page.at.text and "did not take it in time" in page.at.text
    page.press("in-person")
    assert kept(scene, person).reply == "in-person"
