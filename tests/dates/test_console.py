"""Staff find a day, keep times and appointments, and make links: who may, what is said, what the log holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import html
from playwright.sync_api import Browser
from sqlalchemy import select

from core.clock import FixedClock
from core.process.appointments.tables import Appointment, Interviewer
from core.process.dates.polling import answer
from core.process.dates.reading import grid, poll_facts
from core.process.tables import Event, Office
from core.sharing.tables import ShareLink
from core.staff.tables import AuditEntry
from tests.console.conftest import SignIn, browser, enter_console, scene, sign_in, web
from tests.dates.scene import add_dates, book, booked, interviews, slots, told
from tests.events.scene import add_event
from tests.responses.scene import Scene
from tests.support.browser import overflow, page_of, violations
from tests.support.web import RunningWeb

__all__ = ["browser", "scene", "sign_in", "web"]  # fixtures
ADA, BRUNO, CARLA = 1, 2, 3


def post(client: httpx.Client, page: str, path: str = "", **data: Any) -> httpx.Response:
    """Sends a form as the page would."""
    token = html.fromstring(client.get(page).text).xpath("string(//input[@name='token']/@value)")
    return client.post(path or page, data={"token": token, **data})


def acts(scene: Scene, *begin: str) -> list[str]:
    found = select(AuditEntry.act).order_by(AuditEntry.id)
    return [one for one in scene.database.read(lambda s: s.scalars(found).all()) if one.startswith(begin)]


def test_a_day_is_asked_about_and_chosen(scene: Scene, sign_in: SignIn) -> None:
    client, here = sign_in("organiser"), f"/console/processes/{scene.process_id}/dates"
    assert f'href="{here}"' in client.get(f"/console/processes/{scene.process_id}").text
    form = {
        "title-it": "Cabina di regia", "title-en": "Steering committee", "until": "2023-07-16", "place": "Torino",
        "dates": "2023-07-18 15:00-17:00\r\n19/7/2023 9:30 - 11:00\r\n",
    }  # fmt: skip
    for wrong, status, told_so in (
        ({"dates": "tomorrow"}, 422, "This line is not understood: tomorrow."),
        ({"dates": "18/07/2023 17:00-15:00"}, 422, "The end stands before the beginning"),
        ({"dates": "31/02/2023 15:00-17:00"}, 422, "This line is not understood"),
        ({"dates": ""}, 422, "from 1 to 20 dates"),
        ({"title-en": ""}, 422, "Please write a title in en"),
        ({"until": "x"}, 422, "still to come"),
        ({"until": "9999-12-31"}, 422, "too far away"),
        ({"dates": "9999-12-31 15:00-17:00"}, 422, "too far away"),
    ):
        refused = post(client, here, **form | wrong)
        assert refused.status_code == status and told_so in refused.text
        assert "Cabina di regia" in refused.text, "what was typed stays"
    page = post(client, here, **form)
    assert page.url.path.startswith("/console/dates/")
    assert "Answers until Sunday 16 July 2023 included" in page.text
    path, number = page.url.path, int(page.url.path.rsplit("/", 1)[1])
    assert "Nobody is asked yet" in post(client, path, f"{path}/acts/ask").text
    audience = scene.audience("all", {"category": "citizen"})
    post(client, path, f"{path}/acts/audience", audience=str(audience))
    assert "Bruno Verdi" in client.get(f"{path}?find=bruno").text
    post(client, path, f"{path}/acts/person", person=str(BRUNO))
    assert "Done." in post(client, path, f"{path}/acts/ask").text
    assert told(scene) == [("dates-asked", ADA), ("dates-asked", BRUNO), ("dates-asked", CARLA)]
    facts = scene.database.read(lambda session: poll_facts(session, number))
    second = facts.dates[1].id
    for person in (ADA, BRUNO):
        scene.database.write(lambda s, person=person: answer(s, second, person, ("yes", "web"), scene.now))  # type: ignore[misc]
    shown = client.get(path).text
    assert "Ada &lt;b&gt;Rossa&lt;/b&gt;" in shown and "2 / 0 / 0" in shown and "proposed" in shown
    done = post(client, path, f"{path}/acts/choose", date=str(second))
    assert "The day is chosen." in done.text
    event = scene.database.read(lambda session: session.scalars(select(Event)).one())
    assert (event.slug, event.starts_local) == ("meeting-2023-07-19", "2023-07-19T09:30")
    assert post(client, path, f"{path}/acts/close").status_code == 409
    assert post(client, path, f"{path}/acts/dance").status_code == 404
    assert acts(scene, "dates.") == [
        "dates.added", "dates.people", "dates.people", "dates.asked", "dates.chosen",
    ]  # fmt: skip
    assert "date chosen" in sign_in("administrator").get("/console/audit").text


def test_times_are_kept_given_blocked_and_marked(scene: Scene, sign_in: SignIn, clock: FixedClock) -> None:
    event = interviews(scene)
    client, here = sign_in("organiser"), f"/console/events/{event}/appointments"
    assert f'href="{here}"' in client.get(f"/console/events/{event}").text
    nine, ten, eleven = slots(scene)
    form = {"name": "Bruno Rossi", "minutes": "30", "before": "0", "after": "30", "available": "2023-07-21 09:00-11:00"}
    bad = (
        {"minutes": "x"},
        {"minutes": "3"},
        {"name": "Ada Conti"},
        {"available": "soon"},
        {"available": "0001-01-01 09:00-11:00"},
    )
    assert [post(client, here, f"{here}/acts/interviewer", **form | one).status_code for one in bad] == [
        422, 422, 409, 422, 422,
    ]  # fmt: skip
    assert "Done." in post(client, here, f"{here}/acts/interviewer", **form).text
    assert len(slots(scene)) == 5
    assert "Done." in post(client, here, f"{here}/acts/book", person=str(ADA), slot=str(nine)).text
    taken = post(client, here, f"{here}/acts/book", person=str(BRUNO), slot=str(nine))
    assert taken.status_code == 409 and "just taken this time" in taken.text
    post(client, here, f"{here}/acts/book", person=str(ADA), slot=str(ten))
    post(client, here, f"{here}/acts/block", slot=str(eleven))
    assert "blocked" in client.get(here).text
    post(client, here, f"{here}/acts/open", slot=str(eleven))
    post(client, here, f"{here}/acts/book", person=str(CARLA), slot=str(eleven))
    post(client, here, f"{here}/acts/cancel", person=str(CARLA), appointment="2")
    post(client, here, f"{here}/acts/hours", hours="48")
    assert booked(scene) == {ADA: ten, CARLA: None}
    early = post(client, here, f"{here}/acts/held", appointment="1", held="held")
    assert early.status_code == 409 and "Only an appointment that has begun" in early.text
    clock.advance(timedelta(days=10, hours=1))
    post(client, here, f"{here}/acts/held", appointment="1", held="held")
    assert scene.database.read(lambda session: session.get_one(Appointment, 1)).held == "held"
    for wrong in ({"person": "999", "slot": str(nine)}, {"person": "x", "slot": "1"}):
        assert post(client, here, f"{here}/acts/book", **wrong).status_code == 404
    host = scene.database.read(lambda session: session.scalars(select(Interviewer.id).order_by(Interviewer.id)).first())
    listed = client.get(f"{here}/{host}").text
    assert "Ada &lt;b&gt;Rossa&lt;/b&gt;" in listed and "10:00 – 10:45" in listed
    file = post(client, f"{here}/{host}", f"{here}/{host}/list.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.splitlines()[1] == "2023-07-20,10:00,10:45,Ada <b>Rossa</b>,Room 3,,held"
    assert acts(scene, "appointment", "slot", "interviewer") == [
        "interviewer.kept", "appointment.chosen", "appointment.chosen", "slot.blocked", "slot.opened",
        "appointment.chosen", "appointment.cancelled", "slots.hours", "appointment.held", "appointments.exported",
    ]  # fmt: skip


def test_interviewers_see_their_own_list_and_nothing_else(scene: Scene, sign_in: SignIn) -> None:
    event = interviews(scene)
    book(scene, event, ADA, slots(scene)[0])
    client, here = sign_in("reader"), f"/console/events/{event}/appointments"
    assert client.get(here).status_code == 403 and client.get(f"{here}/1").status_code == 404
    scene.change(Interviewer, 1, account_id=1)
    assert "Rossa" in client.get(f"{here}/1").text
    assert client.get(f"{here}/999").status_code == client.get("/console/events/999/appointments/1").status_code == 404


def test_only_who_may(scene: Scene, sign_in: SignIn) -> None:
    event, poll = interviews(scene), add_dates(scene, ADA)
    for role in ("reader", "reviewer"):
        client = sign_in(role)
        for path in (f"/console/dates/{poll.id}", f"/console/processes/{scene.process_id}/dates"):
            assert client.get(path).status_code == 403
        assert client.get("/console/links").status_code == 404
        token = html.fromstring(client.get("/console").text).xpath("string(//input[@name='token']/@value)")
        for path in (f"/console/dates/{poll.id}/acts/close", f"/console/events/{event}/appointments/acts/hours"):
            assert client.post(path, data={"token": token, "hours": "1"}).status_code == 403
        assert client.post("/console/links", data={"token": token}).status_code == 404
    scene.insert(Office, slug="elsewhere", name="Elsewhere", kind="municipality")
    elsewhere = sign_in("administrator", "elsewhere")
    for path in (f"/console/dates/{poll.id}", f"/console/events/{event}/appointments", "/console/dates/999"):
        assert elsewhere.get(path).status_code == 404
    assert len(scene.database.read(lambda session: grid(session, poll))) == 1


def test_links_are_made_counted_printed_and_closed(scene: Scene, sign_in: SignIn, web: RunningWeb) -> None:
    client, here = sign_in("organiser"), "/console/links"
    refused = post(client, here, office=str(scene.office_id))
    assert refused.status_code == 409 and "would lead nowhere" in refused.text
    scene.change(Office, scene.office_id, joining={"open": True, "text": {"en": "You may write to me."}})
    municipality = scene.municipality("ivrea")
    made = post(client, here, office=str(scene.office_id), municipality=str(municipality), note="=library")
    assert "Done." in made.text and "Ivrea, =library" in made.text and "looked at" not in made.text
    assert "Programs that look at links before people do are counted too." in made.text
    link = scene.database.read(lambda session: session.scalars(select(ShareLink)).one())
    httpx.get(f"{web.url}/s/{link.code}")
    poster = client.get(f"{here}/{link.id}/poster").text
    assert "Metropolitan city" in poster and f"/s/{link.code}" in poster and "<svg" in poster and ": 1</li>" in poster
    picture = client.get(f"{here}/{link.id}/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml") and picture.text.startswith("<svg")
    file = post(client, here, f"{here}/list.csv").text.splitlines()
    assert file[1].endswith(f"/s/{link.code},,Ivrea,,'=library,1,0")
    for wrong in ({"office": "999"}, {"office": "x"}, {"office": str(scene.office_id), "event": "999"}, {}):
        assert post(client, here, **wrong).status_code == 404
    post(client, here, f"{here}/{link.id}/close")
    assert httpx.get(f"{web.url}/s/{link.code}").status_code == 404
    assert post(client, here, f"{here}/999/close").status_code == 404
    assert acts(scene, "share") == ["share.added", "shares.exported", "share.closed"]
    event = add_event(scene, address="Corso Inghilterra 7")
    post(client, here, event=str(event))
    shown = client.get(f"{here}/2/poster").text
    for day in ("giovedì 20 luglio 2023", "Thursday 20 July 2023"):
        assert f"{day}, 10:00 – 13:00" in shown
    assert "Anche online." in shown and "Torino, Corso Inghilterra 7" in shown and 'lang="it">Incontro' in shown


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is looked at is the page
def test_the_pages_are_accessible_and_fit(scene: Scene, sign_in: SignIn, web: RunningWeb, browser: Browser) -> None:
    event, poll = interviews(scene), add_dates(scene, ADA, BRUNO)
    book(scene, event, ADA, slots(scene)[0])
    scene.change(Office, scene.office_id, joining={"open": True, "text": {"en": "You may write to me."}})
    post(sign_in(), "/console/links", office=str(scene.office_id))
    paths = [f"/console/processes/{scene.process_id}/dates", f"/console/dates/{poll.id}?find=a", "/console/links"]
    paths += ["/console/links/1/poster", f"/console/events/{event}/appointments?find=a"]
    paths += [f"/console/events/{event}/appointments/1"]
    for narrow in (False, True):
        with page_of(browser, narrow=narrow, language="en-GB") as page:
            enter_console(page, web)
            for path in paths:
                page.goto(f"{web.url}{path}")
                assert violations(page) == [], path
                assert overflow(page) <= 0, path
