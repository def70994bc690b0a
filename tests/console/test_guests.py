"""Guests in the console: the waiting list, what staff enter and do, the list as a file, and by organisation."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from sqlalchemy import select

from core.people.tables import ContactPerson, Organisation
from core.process.attendance import Given
from core.process.tables import Event
from core.staff.tables import AuditEntry
from core.tables import Notice
from notifications.ledger.tables import Mailing
from tests.console.conftest import SignIn, enter_console
from tests.console.test_events import at, figures, parsed, people, token_of
from tests.events.scene import add_event, rows, say
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

ADA, BRUNO, CARLA = 1, 2, 3


@pytest.fixture
def event(scene: Scene) -> int:
    """One seat: Ada has it, Bruno and then Carla wait."""
    made = add_event(scene, seats={"in-person": 1}, companions=2, substitutes=True, asks_needs=True)
    for person in (ADA, BRUNO, CARLA):
        say(
            scene.database, Given(made, person, "in-person", "chat", needs="=1+1" if person == BRUNO else ""), scene.now
        )
    return made


def act(client: httpx.Client, event: int, person: int, name: str) -> httpx.Response:
    here = f"/console/events/{event}/people/{person}"
    return client.post(f"{here}/acts/{name}", data={"token": token_of(client.get(here))})


def stand(scene: Scene) -> dict[int, tuple[str, str, bool]]:
    return {
        one.participant_id: (one.reply, one.waits_for, one.offered_until is not None) for one in rows(scene.database)
    }


def acts(scene: Scene) -> list[str]:
    noted = select(AuditEntry.act).where(AuditEntry.act.startswith("attendance.")).order_by(AuditEntry.id)
    return list(scene.database.read(lambda s: s.scalars(noted).all()))


def test_the_list_shows_seats_and_the_line(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    page = at(client, event)
    assert figures(page)["on the waiting list"] == "2"
    cells = parsed(page).xpath("//table[@id='places']/tbody/tr")
    assert [[cell.text_content() for cell in row] for row in cells] == [
        ["in person", "1", "0", "0", "2", "1"], ["online", "0", "0", "0", "0", "no limit"],
    ]  # fmt: skip
    waiting = at(client, event, "?reply=waiting")
    assert [row[0] for row in people(waiting)] == ["Bruno Verdi", "Carla Neri"]
    assert "needs: =1+1" in waiting.text


def test_staff_move_up_offer_and_take_off(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    assert "number 2 in line" in client.get(f"/console/events/{event}/people/{CARLA}").text
    assert "number 1 in line" in act(client, event, CARLA, "up").text
    assert [row[0] for row in people(at(client, event, "?reply=waiting"))] == ["Carla Neri", "Bruno Verdi"]
    assert "is kept until" in act(client, event, BRUNO, "offer").text
    assert stand(scene)[BRUNO] == ("waiting", "in-person", True)
    say(scene.database, Given(event, BRUNO, "in-person", "chat"), scene.now)  # a place that is kept is theirs
    assert stand(scene)[BRUNO] == ("in-person", "", False)
    act(client, event, CARLA, "off")
    assert stand(scene)[CARLA] == ("no", "", False)
    again = act(client, event, CARLA, "off")
    assert again.status_code == 409 and "not on the waiting list any more" in again.text
    assert acts(scene) == ["attendance.moved-up", "attendance.offered", "attendance.taken-off"]
    assert act(client, event, CARLA, "nonsense").status_code == 404


def test_staff_enter_everything_beside_a_reply(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    scene.change(Event, event, seats={"in-person": 5})
    here = f"/console/events/{event}/people/{ADA}"
    data = {
        "token": token_of(client.get(here)),
        "reply": "in-person",
        "companions": "2",
        "substitute": "Dora",
        "needs": "ok",
    }
    assert "It is noted." in client.post(here, data=data).text
    (row,) = [one for one in rows(scene.database) if one.participant_id == ADA]
    assert (row.companions, row.substitute, row.needs, row.door) == (2, "Dora", "ok", "staff")
    refused = client.post(here, data=data | {"companions": "3", "needs": "lost?"})
    assert refused.status_code == 422 and "at most 2" in refused.text and "lost?" in refused.text
    page = at(client, event)
    assert "with 2 people" in page.text and "instead comes: Dora" in page.text
    assert client.get(f"/console/events/{event}/people/999").status_code == 404
    reader = sign_in("reader")
    assert reader.get(here).status_code == 403
    assert reader.get(f"/console/events/{event}/list").status_code == 403


def test_the_list_goes_out_as_a_file_and_to_print(scene: Scene, sign_in: SignIn, event: int) -> None:
    client = sign_in("organiser")
    token = {"token": token_of(at(client, event))}
    sheet = client.post(f"/console/events/{event}/list.csv", data=token)
    lines = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [(one["Name"], one["Reply"], one["Needs"]) for one in lines] == [
        ("Ada <b>Rossa</b>", "in person", ""), ("Bruno Verdi", "on the waiting list", "'=1+1"),
        ("Carla Neri", "on the waiting list", ""),
    ]  # fmt: skip
    only = client.post(f"/console/events/{event}/list.xlsx?reply=waiting", data=token)
    book = load_workbook(io.BytesIO(only.content))
    assert [row[0].value for row in book.worksheets[0].iter_rows()] == ["Name", "Bruno Verdi", "Carla Neri"]
    assert acts(scene) == ["attendance.exported", "attendance.exported"]
    page = client.get(f"/console/events/{event}/list")
    assert len(parsed(page).xpath("//table/tbody/tr")) == 3
    assert client.post(f"/console/events/{event}/list.doc", data=token).status_code == 404
    assert client.get(f"/console/events/{event}/list.csv").status_code == 405


def test_a_substitute_is_invited_with_one_press(scene: Scene, sign_in: SignIn) -> None:
    meeting = add_event(scene, "board", kind="meeting", invited_only=True, title={"en": "The board"})
    scene.change(Mailing, 1, event_id=meeting)
    bodies = [
        scene.insert(Organisation, office_id=scene.office_id, slug=one, name=one.title()) for one in ("arpa", "cna")
    ]
    scene.insert(ContactPerson, organisation_id=bodies[0], participant_id=ADA)
    scene.insert(ContactPerson, organisation_id=bodies[0], participant_id=CARLA, capacity="substitute")
    scene.insert(ContactPerson, organisation_id=bodies[1], participant_id=BRUNO)
    client = sign_in("organiser")
    page = at(client, meeting)
    assert "0 of 2 organisations have replied (0" in page.text and "Invite in their place" not in page.text
    say(scene.database, Given(meeting, ADA, "no", "chat"), scene.now)
    page = at(client, meeting)
    assert "1 of 2 organisations have replied (50" in page.text and "Invite in their place" in page.text
    data = {"token": token_of(page), "person": str(CARLA)}
    for _ in range(2):
        page = client.post(f"/console/events/{meeting}/substitutes", data=data)
    assert "Invite in their place" not in page.text and "· invited" in page.text
    client.post(f"/console/events/{meeting}/substitutes", data=data | {"person": str(BRUNO)})
    told = scene.database.read(
        lambda s: [(one.kind, one.participant_id, one.values) for one in s.scalars(select(Notice))]
    )
    assert told == [("substitute-invited", CARLA, {"event_id": meeting, "organisation": "Arpa"})]
    assert acts(scene) == ["attendance.invited"]
    say(scene.database, Given(meeting, BRUNO, "in-person", "chat", substitute="Dora Blu"), scene.now)
    assert "instead comes: Dora Blu" in at(client, meeting).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_pages_are_accessible_and_fit(
    scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser, event: int
) -> None:
    sign_in()
    with page_of(browser, narrow=True, language="en-GB") as page:
        enter_console(page, web)
        for path in ("", "?reply=waiting", "/list", f"/people/{BRUNO}"):
            page.goto(f"{web.url}/console/events/{event}{path}")
            assert violations(page) == [], path
            assert overflow(page) <= 0, path
        page.get_by_role("button", name="Offer a place now").click()
        page.get_by_text("It is noted.").wait_for()
    assert stand(scene)[BRUNO] == ("waiting", "in-person", True)


def test_who_is_entered_by_staff_is_told_as_by_themselves(scene: Scene, sign_in: SignIn) -> None:
    made = add_event(scene, seats={"in-person": 1})
    client = sign_in("organiser")
    for person, reply in ((ADA, "in-person"), (ADA, "in-person"), (BRUNO, "in-person")):
        here = f"/console/events/{made}/people/{person}"
        kept = client.post(here, data={"token": token_of(client.get(here)), "reply": reply})
        assert kept.status_code == 200
    told = [(one.kind, one.participant_id) for one in notices_of(scene)]
    assert told == [("rsvp-kept", ADA), ("rsvp-waiting", BRUNO)], "what stood before is not told again"
    assert notices_of(scene)[0].values["event_id"] == made


def notices_of(scene: Scene) -> list[Notice]:
    return list(scene.database.read(lambda s: s.scalars(select(Notice).order_by(Notice.id)).all()))
