"""Calendars that are subscribed to, over HTTP: one's own events, those that are public, and single ones."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import vobject
from lxml import html

from core.clock import FixedClock
from core.links import Purpose
from core.people.erasing import erase_person
from core.process.attendance import Given
from core.process.changing import change_event
from core.process.tables import Office, Process
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from tests.events.scene import add_event, say
from tests.responses.scene import Scene
from tests.support.khal import khal_in, why_not
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb

__all__ = ["http", "scene", "web"]  # fixtures


@pytest.fixture
def person(scene: Scene) -> int:
    return scene.participant(language="en")


def mine(web: RunningWeb, person: int) -> str:
    return f"/my-calendar/{web.link(Purpose.CALENDAR, person)}.ics"


def events(response: httpx.Response) -> list[Any]:
    assert response.status_code == 200 and response.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(vobject.readOne(response.text).contents.get("vevent", []))


def attend(scene: Scene, person: int, event: int, reply: str, now: Any) -> None:
    say(scene.database, Given(event, person, reply, "web"), now)


def invite(scene: Scene, person: int, event: int, now: Any, buttons: Any) -> None:
    """An invitation that left for somebody."""
    mailing = scene.insert(
        Mailing, office_id=scene.office_id, process_id=scene.process_id, slug=f"about-{event}", kind="mailing",
        purpose="events", event_id=event, anchor={}, missed={}, state="released",
    )  # fmt: skip
    text = {"language": "en", "subject": "Come", "body": "Come.", "buttons": buttons}
    scene.insert(MailingText, mailing_id=mailing, **text)
    occurrence = scene.insert(
        Occurrence, mailing_id=mailing, due_at=now, key="", due_local="2023-07-01T10:00",
        time_zone="Europe/Rome", state="planned", values={},
    )  # fmt: skip
    scene.insert(
        Delivery, mailing_id=mailing, occurrence_id=occurrence, participant_id=person, channel="email", state="sent",
        due_at=now,
    )  # fmt: skip


def test_all_events_as_they_stand(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    made = {one: add_event(scene, one, place="Sala") for one in ("in-person", "online", "maybe", "no", "asked", "told")}
    for one in ("in-person", "online", "maybe", "no"):
        attend(scene, person, made[one], one, clock.now())
    attend(scene, scene.participant(), made["told"], "in-person", clock.now())
    invite(scene, person, made["asked"], clock.now(), [{"kind": "rsvp"}])
    invite(scene, person, made["told"], clock.now(), [])
    found = {one.uid.value: one for one in events(http.get(mine(web, person)))}
    host = urlsplit(web.deps.urls.public).hostname
    shown = {one: found.pop(f"event-{made[one]}-{person}@{host}") for one in ("in-person", "online", "maybe", "asked")}
    assert found == {}, "what was declined is gone, and what somebody was merely told of is not theirs"
    assert {one: str(event.status.value) for one, event in shown.items()} == {
        "in-person": "CONFIRMED", "online": "CONFIRMED", "maybe": "TENTATIVE", "asked": "TENTATIVE",
    }  # fmt: skip
    assert [shown[one].location.value for one in ("in-person", "online", "maybe")] == [
        "Sala", "Online", "Sala, or online",
    ]  # fmt: skip
    assert "Please say whether you come: " in shown["asked"].description.value
    link = shown["asked"].description.value.split(": ", 1)[1]
    assert "Do you come?" in http.get(urlsplit(link).path).text


def test_unchanged_it_costs_nothing_and_what_is_called_off_stays(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = add_event(scene)
    attend(scene, person, event, "in-person", clock.now())
    first = http.get(mine(web, person))
    clock.advance(timedelta(hours=5))
    tag = first.headers["etag"]
    for known in (tag, f'"other", W/{tag}'):
        again = http.get(mine(web, person), headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    scene.database.write(lambda s: change_event(s, event, {"cancelled": True}, clock.now()))
    changed = http.get(mine(web, person), headers={"If-None-Match": tag})
    (found,) = events(changed)
    assert (found.status.value, found.sequence.value) == ("CANCELLED", "1")
    assert changed.headers["etag"] != tag


def test_erasing_the_person_ends_it(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    address = mine(web, person)
    assert events(http.get(address)) == []
    scene.database.write(lambda s: erase_person(s, person, [], clock.now()))
    assert http.get(address).status_code == 410


def test_links_that_open_nothing(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = add_event(scene)
    wrong = [web.link(Purpose.RSVP, person, event), "forged"]
    wrong.append(web.link(Purpose.CALENDAR, person, event))
    assert [http.get(f"/my-calendar/{token}.ics").status_code for token in wrong] == [404] * 3
    assert (
        http.get(mine(web, person).replace("/my-calendar/", "/events/").replace(".ics", "/calendar.ics")).status_code
        == 404
    )


def test_public_events_of_an_office_and_of_a_process(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    add_event(scene, place="Sala", link="https://meet.example.org/secret")
    add_event(scene, "closed", invited_only=True)
    add_event(scene, "committee", kind="meeting")
    add_event(scene, "gone", cancelled=True)
    office = scene.database.read(lambda s: s.get_one(Office, scene.office_id).slug)
    process = scene.database.read(lambda s: s.get_one(Process, scene.process_id).slug)
    for address in (f"/calendars/{office}.ics", f"/calendars/{office}/{process}.ics"):
        response = http.get(f"{address}?lang=en")
        found = events(response)
        assert [(one.summary.value, one.status.value) for one in found] == [
            ("Launch event", "CONFIRMED"), ("Launch event", "CANCELLED"),
        ]  # fmt: skip
        assert "secret" not in response.text and "ATTENDEE" not in response.text and "VALARM" not in response.text
        assert found[0].location.value == "Sala, or online"
        tag = response.headers["etag"]
        assert http.get(f"{address}?lang=en", headers={"If-None-Match": tag}).status_code == 304
        assert http.get(f"{address}?lang=it").headers["etag"] != tag
    assert f"/calendars/{office}/{process}.ics" in http.get("/").text
    assert http.get("/calendars/nobody.ics").status_code == 404
    assert http.get(f"/calendars/{office}/nothing.ics").status_code == 404


def test_the_pages_lead_there(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, clock: FixedClock
) -> None:
    event = add_event(scene)
    attend(scene, person, event, "in-person", clock.now())
    page = f"/events/{web.link(Purpose.RSVP, person, event)}"
    invitation: Any = html.fromstring(http.get(page).text)
    (link,) = invitation.xpath("//a[contains(@href, 'calendar.ics')]/@href")
    single = http.get(str(link))
    assert [one.summary.value for one in events(single)] == ["Launch event"]
    assert single.headers["content-disposition"] == 'attachment; filename="launch.ics"'
    preferences = web.link(Purpose.PREFERENCES, person, scene.office_id)
    tree: Any = html.fromstring(http.get(f"/preferences/{preferences}").text)
    (webcal,) = tree.xpath("//a[starts-with(@href, 'webcal://')]/@href")
    (plain,) = tree.xpath("//a[contains(@href, '/my-calendar/')][starts-with(@href, 'http')]/@href")
    assert str(webcal).partition("://")[2] == str(plain).partition("://")[2]
    assert len(events(http.get(urlsplit(str(plain)).path))) == 1


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
def test_a_calendar_program_reads_it(
    scene: Scene, web: RunningWeb, http: httpx.Client, person: int, tmp_path: Path
) -> None:
    event, khal = add_event(scene, place="Sala"), khal_in(tmp_path)
    attend(scene, person, event, "in-person", web.deps.clock.now())
    for _ in range(2):
        khal.takes(http.get(mine(web, person)).content)
        ((start, end, title, place, *_),) = khal.shows("2023-07-20")
        assert (start, end, title, place) == ("2023-07-20 10:00", "2023-07-20 13:00", "Launch event", "Sala")
