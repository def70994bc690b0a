"""Personal pages without scripts: a look changes nothing, a press says so; short addresses count and lead on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from core.clock import FixedClock
from core.ids import CountedIds
from core.links import Purpose
from core.people.erasing import erase_person
from core.people.tables import JoinRequest
from core.process.dates.polling import choose
from core.process.dates.reading import answers_of
from core.process.tables import Event, Office
from core.sharing.errors import NothingToShare
from core.sharing.links import NewShare, add_share, close_share, counts, tag_of, visits_by_day
from core.sharing.tables import ShareLink
from tests.dates.scene import add_dates, booked, interviews, slots, told
from tests.events.scene import add_event
from tests.responses.scene import Scene
from tests.support.browser import chromium, overflow, page_of, violations
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb
from tests.web.reader import Reader

__all__ = ["http", "scene", "web"]  # fixtures


@pytest.fixture
def person(scene: Scene) -> int:
    return scene.participant(language="en")


def at(web: RunningWeb, purpose: Purpose, person: int, number: int) -> str:
    return f"/{'dates' if purpose is Purpose.DATES else 'appointments'}/{web.link(purpose, person, number)}"


def said(scene: Scene, poll: int, person: int) -> dict[int, str]:
    return scene.database.read(lambda session: answers_of(session, poll, person))


def test_one_press_a_day_and_another_changes_it(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    poll = add_dates(scene, person)
    first, second, _ = (one.id for one in poll.dates)
    page = Reader(http, at(web, Purpose.DATES, person, poll.id))
    assert page.heading == "Steering committee" and "18 July 2023, 15:00 – 17:00" in page.at.text
    assert "Tuesday 18 July 2023" in page.at.text and "until Monday 17 July 2023 included" in page.at.text
    for end in ("", f"?kept={first}", f"?do={first}:yes"):
        assert http.get(page.path + end).status_code == http.head(page.path + end).status_code == 200
    assert said(scene, poll.id, person) == {}
    page.press(f"{first}:yes")
    assert "what you said is noted" in page.at.text
    page.press(f"{second}:maybe")
    page.press(f"{first}:no")
    assert said(scene, poll.id, person) == {first: "no", second: "maybe"}
    assert page.page.xpath("//button[@aria-current='true']/@value") == [f"{first}:no", f"{second}:maybe"]
    for wrong in ("999:yes", f"{first}:perhaps", ""):
        assert http.post(page.path, data={"do": wrong}).status_code == 409
    scene.database.write(lambda session: choose(session, poll.id, second, scene.now))
    page.open(page.path)
    assert page.buttons() == {} and "The day is chosen: Wednesday 19 July 2023, 15:00 – 17:00." in page.at.text
    assert http.post(page.path, data={"do": f"{first}:yes"}).status_code == 410


def test_an_appointment_is_chosen_moved_and_cancelled(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = interviews(scene)
    nine, ten, _ = slots(scene)
    page = Reader(http, at(web, Purpose.APPOINTMENT, person, event))
    assert list(page.buttons().values()) == ["09:00", "10:00", "11:00"] and "20 July 2023" in page.at.text
    for end in ("", "?cancel=1", "?done=chosen", f"?do=slot-{nine}"):
        assert http.get(page.path + end).status_code == http.head(page.path + end).status_code == 200
    assert booked(scene) == {}
    page.press(f"slot-{nine}")
    assert "your appointment is noted" in page.at.text and "Place: Room 3" in page.at.text
    page.press(f"slot-{ten}")
    assert booked(scene) == {person: ten} and "20 July 2023, 10:00 – 10:45" in page.at.text
    other = Reader(http, at(web, Purpose.APPOINTMENT, scene.participant(language="en"), event))
    assert f"slot-{ten}" not in other.buttons()
    taken = http.post(other.path, data={"do": f"slot-{ten}"})
    assert taken.status_code == 409 and "has just taken this time" in taken.text
    for wrong in ("", "slot-", "slot-x", "slot-²", f"slot-{2**70}"):
        assert http.post(other.path, data={"do": wrong}).status_code == 404
    page.open(f"{page.path}?cancel=1")
    page.press("cancel")
    assert booked(scene) == {person: None} and "Your appointment is cancelled." in page.at.text
    page.press(f"slot-{nine}")
    clock.advance(timedelta(days=9, hours=22))  # six o'clock UTC on the day: an hour before it
    page.open(page.path)
    assert page.buttons() == {} and "until 24 hours before it" in page.at.text
    assert http.post(page.path, data={"do": "cancel"}).status_code == 409


def test_links_that_open_nothing(scene: Scene, web: RunningWeb, http: httpx.Client, person: int) -> None:
    event, poll = interviews(scene), add_dates(scene, person)
    for purpose, number in ((Purpose.DATES, poll.id), (Purpose.APPOINTMENT, event)):
        good = at(web, purpose, person, number)
        base = good.rsplit("/", 1)[0]
        for token in (web.link(Purpose.RSVP, person, number), web.link(purpose, person), "forged"):
            assert http.get(f"{base}/{token}").status_code == 404
        assert http.get(f"{base}/{web.link(purpose, person, 999)}").status_code == 404
    stranger = at(web, Purpose.DATES, scene.participant(), poll.id)
    assert http.post(stranger, data={"do": f"{poll.dates[0].id}:yes"}).status_code == 403
    scene.change(Event, event, cancelled=True)
    assert Reader(http, at(web, Purpose.APPOINTMENT, person, event)).buttons() == {}
    scene.database.write(lambda session: erase_person(session, person, [], scene.now))
    for purpose, number in ((Purpose.DATES, poll.id), (Purpose.APPOINTMENT, event)):
        assert http.get(at(web, purpose, person, number)).status_code == 410


def make_share(scene: Scene, **values: Any) -> str:
    new = NewShare(scene.office_id, **values)
    made = scene.database.write(lambda session: add_share(session, new, CountedIds(), scene.now))
    return scene.database.read(lambda session: session.get_one(ShareLink, made)).code


def counted(scene: Scene) -> list[tuple[int, int]]:
    found = scene.database.read(lambda session: counts(session, [scene.office_id]))
    return [(one.visits, one.joined) for one in found]


def test_a_short_address_leads_on_counts_visits_and_who_joined(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    with pytest.raises(NothingToShare):
        make_share(scene)
    scene.change(Office, scene.office_id, joining={"open": True, "text": {"en": "You may write to me."}})
    code = make_share(scene, note="library")
    for path in (f"/s/{code}", f"/s/{code.upper()}"):
        led = http.get(path)
        assert (led.status_code, led.headers["location"]) == (303, f"/join/metro?from={tag_of(code)}")
        assert led.headers.get("set-cookie") is None
    assert http.head(f"/s/{code}").status_code == 303
    clock.advance(timedelta(hours=15))  # past midnight in Turin
    http.get(f"/s/{code}")
    link = scene.database.read(lambda session: session.scalars(select(ShareLink.id)).one())
    days = scene.database.read(lambda session: visits_by_day(session, link))
    assert [count for _, count in days] == [1, 2] and counted(scene) == [(3, 0)]
    page = Reader(http, f"/join/metro?from={tag_of(code)}")
    fields = page.page.xpath("//form[.//input[@name='email']]")[0]
    data: dict[str, Any] = dict(fields.form_values()) | {"email": "ada@example.org", "purpose": ["events"]}
    assert http.post("/join/metro", data=data, follow_redirects=True).status_code == 200
    request = scene.database.read(lambda session: session.scalars(select(JoinRequest)).one())
    assert request.source == f"page:{tag_of(code)}"
    token = web.link(Purpose.CONFIRM_JOIN, request.nonce)
    confirm = Reader(http, f"/joining/confirm/{token}")
    confirm.press("confirm" if "confirm" in confirm.buttons() else next(iter(confirm.buttons())))
    assert counted(scene) == [(3, 1)]
    scene.database.write(lambda session: close_share(session, link, clock.now()))
    assert http.get(f"/s/{code}").status_code == 404 and counted(scene) == [(3, 1)]
    for wrong in ("abcdefgh", "x", "%2e%2e"):
        assert http.get(f"/s/{wrong}").status_code == 404


def test_a_link_to_an_event_needs_a_page_for_anybody(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    hidden = add_event(scene, "hidden", invited_only=True)
    with pytest.raises(NothingToShare):
        make_share(scene, event_id=hidden)
    with pytest.raises(NothingToShare):
        make_share(scene, event_id=add_event(scene, "committee", kind="meeting"))
    code = make_share(scene, event_id=add_event(scene))
    assert http.get(f"/s/{code}").headers["location"] == f"/e/metro/launch?from={tag_of(code)}"


def test_where_somebody_came_from_goes_on_with_them(scene: Scene, http: httpx.Client) -> None:
    scene.change(Office, scene.office_id, joining={"open": True, "text": {"en": "You may write to me."}})
    page = http.get("/privacy?from=s-abcdefgh").text
    assert 'href="/join/metro?from=s-abcdefgh"' in page and "?lang=it&amp;from=s-abcdefgh" in page
    assert "%3Cscript" not in http.get("/privacy?from=%3Cscript").text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_pages_are_accessible_fit_and_need_no_scripts(
    scene: Scene, web: RunningWeb, person: int, browser: Browser
) -> None:
    event, poll = interviews(scene), add_dates(scene, person)
    dates = web.url + at(web, Purpose.DATES, person, poll.id)
    appointment = web.url + at(web, Purpose.APPOINTMENT, person, event)
    with page_of(browser, narrow=True, language="en-GB") as page:
        for address, button, then in ((dates, "Yes", "is noted"), (appointment, "10:00", "is noted")):
            page.goto(address)
            assert overflow(page) <= 0
            assert violations(page) == []
            page.get_by_role("button", name=button).first.click()
            page.get_by_text(then).first.wait_for()
            assert violations(page) == []
        page.get_by_role("link", name="Cancel this appointment").click()
        page.get_by_role("button", name="Yes, cancel my appointment").wait_for()
        assert violations(page) == []
    with page_of(browser, script=False, language="en-GB") as page:
        page.goto(f"{appointment}?cancel=1")
        page.get_by_role("button", name="Yes, cancel my appointment").click()
        page.get_by_text("Your appointment is cancelled.").wait_for()
        page.goto(dates)
        page.get_by_role("button", name="If need be").first.click()
        page.get_by_text("what you said is noted").wait_for()
    assert booked(scene) == {person: None}
    assert said(scene, poll.id, person) == {poll.dates[0].id: "maybe"}
    assert [kind for kind, _ in told(scene)] == ["appointment-confirmed", "appointment-cancelled"]
