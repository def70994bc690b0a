"""After the event: who came, as lists and certificates; online by a button or by the meeting's list."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.links import Purpose
from core.people.addresses import add_address
from core.people.erasing import erase_person
from core.people.merging import merge
from core.process.door.certificates import Certificate
from core.process.door.codes import code_for
from core.process.door.settling import Kind
from core.process.tables import Attendance, Event
from core.staff.tables import AuditEntry
from tests.door.hall import COMING_IN, come, count, guest, keeper, listed, logged
from tests.events.scene import ENDS, STARTS, add_event
from tests.responses.scene import Scene
from tests.support.web import RunningWeb
from tests.web.reader import Reader
from web.printing.certificate import certificate_pdf

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SignIn = Callable[[str], httpx.Client]
HTML = {"Accept": "text/html"}


def invitation(web: RunningWeb, person: int, event: int) -> str:
    return f"/events/{web.link(Purpose.RSVP, person, event)}"


def words_of(pdf: bytes) -> int:
    """How many glyphs a PDF draws: its texts stand in it as numbers of glyphs."""
    assert pdf.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    drawn = 0
    for one in streams:
        try:
            drawn += len(re.findall(rb"Tj|TJ", zlib.decompress(one)))
        except zlib.error:
            continue
    return drawn


def token_in(content: str) -> str:
    found = re.search(r"name=\"token\" value=\"([^\"]+)\"", content)
    assert found is not None
    return found[1]


def test_the_code_opens_ones_own_registration_and_lets_nobody_in(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    event = add_event(scene, companions=2)
    ada = guest(scene, event, name="Ada Rossa", companions=1, needs="")
    clock.set(COMING_IN)
    address = f"/door/{code_for(web.deps.links, ada, event)}"
    for _ in range(2):
        page = http.get(address)
        assert page.status_code == http.head(address).status_code == 200
    assert "You have replied: I come." in page.text and "1 person along" in page.text
    assert "Ada" not in page.text and "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert count(web.deps.database, event).inside == 0, "a look lets nobody in"
    assert http.post(address).status_code == 405
    come(web.deps.database, event, ada)
    assert "You are in. Welcome!" in http.get(address).text
    for forged in (address[:-2] + "AA", "/door/x", "/door/" + "A" * 300):
        assert http.get(forged).status_code == 404
    clock.set(ENDS + timedelta(days=30) - timedelta(seconds=1))
    assert "You took part. Thank you!" in http.get(address).text
    clock.set(ENDS + timedelta(days=30))
    over = http.get(address)
    assert over.status_code == 410 and "it opens nothing any more" in over.text and "Metropolitan city" in over.text
    scene.database.write(lambda s: erase_person(s, ada, (), scene.now))
    assert http.get(address).status_code == 410


def test_the_page_shows_the_code_in_person_and_the_button_online(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    event = add_event(scene)
    ada = guest(scene, event)
    page = Reader(http, invitation(web, ada, event))
    assert "Your code for the door" in page.at.text and "data:image/svg" in page.at.text
    page.press("online")
    assert "Your code for the door" not in page.at.text and "you can confirm here" in page.at.text
    assert http.post(page.path, data={"do": "here"}).status_code == 409, "too early"
    clock.set(STARTS - timedelta(minutes=15))
    page = Reader(http, page.path)
    assert page.buttons()["here"] == "I am following online"
    page.press("here")
    assert "it is noted that you follow online" in page.at.text
    assert listed(web.deps.database, event)[ada].came_at == clock.now()
    assert "here" not in Reader(http, page.path).buttons()
    page.press("in-person")
    assert http.post(page.path, data={"do": "here"}).status_code == 409, "of those online alone"


def test_a_certificate_is_for_who_was_there(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    """Whoever sent somebody else has none of their own, whatever they say afterwards, and whoever was merged."""
    event, database = add_event(scene, substitutes=True), web.deps.database
    ada, bruno = guest(scene, event, name="Ada Rossa", substitute="Dora Blu"), guest(scene, event, name="Bruno Verdi")
    nameless = guest(scene, event, name="Carla Neri", substitute="-")
    clock.set(COMING_IN)
    for one in (ada, bruno, nameless):
        come(database, event, one)
    page = invitation(web, ada, event)
    assert http.post(page, data={"do": "in-person"}).status_code == 303
    refused = http.post(page, data={"do": "in-person", "substitute": ""})
    assert refused.status_code == 409 and "cannot be changed any more" in refused.text
    assert 'name="substitute"' not in http.get(page).text, "nor is it asked any more"
    clock.set(ENDS)

    def certified(person: int) -> str:
        found = re.search(
            rb"/URI \((http[^)]+)\)", http.get(f"{invitation(web, person, event)}/certificate.pdf").content
        )
        assert found is not None
        return http.get(found[1].decode()).text

    shown = http.get(page).text
    assert "Dora Blu took part in your place" in shown and "Certificate of attendance for Dora Blu (PDF)" in shown
    assert "Dora Blu" in certified(ada) and "Ada Rossa" not in certified(ada)
    theirs = invitation(web, nameless, event)
    refused = http.get(f"{theirs}/certificate.pdf")
    assert refused.status_code == 409 and "in your place" in refused.text and "name is not known" in refused.text
    shown = http.get(theirs).text
    assert "Somebody else took part in your place" in shown and "certificate.pdf" not in shown
    older = guest(scene, event, name="Franco Gialli")
    scene.change(Attendance, 4, first_at=scene.now - timedelta(days=1))
    database.write(lambda s: merge(s, ada, older, scene.now))
    assert "Dora Blu" in certified(older), "by the reply with which they came in"
    database.write(lambda s: merge(s, older, bruno, scene.now))
    assert "Bruno Verdi" in certified(bruno), "who was there themselves too"


def test_drawing_a_certificate_holds_nobody_up(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, database = add_event(scene), web.deps.database
    ada, bruno = guest(scene, event, name="Ada Rossa"), guest(scene, event, name="Bruno Verdi")
    come(database, event, ada)
    clock.set(ENDS)
    staff = signed_in(keeper(web, "organiser"))
    token = token_in(staff.get(f"/console/events/{event}/came", headers=HTML).text)

    def while_somebody_comes(one: Certificate, address: str, now: datetime) -> bytes:
        come(database, event, bruno, now=now)
        return certificate_pdf(one, address, now)

    monkeypatch.setattr("web.console.came.certificate_pdf", while_somebody_comes)
    made = staff.post(f"/console/events/{event}/people/{ada}/certificate.pdf", data={"token": token})
    assert made.status_code == 200 and count(database, event).inside == 2


def test_who_came_has_a_certificate_that_can_be_seen_to_be_true(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock, signed_in: SignIn
) -> None:
    event, database = add_event(scene, title={"it": "L'incontro è qui", "en": "Launch"}), web.deps.database
    ada = guest(scene, event, name="Ада Ångström-محمد", language="it")
    stayed_away = guest(scene, event, name="Bruno Verdi")
    come(database, event, ada)
    page, staff = invitation(web, ada, event), signed_in(keeper(web, "organiser"))
    clock.set(ENDS - timedelta(seconds=1))
    assert http.get(f"{page}/certificate.pdf").status_code == 404, "not before the end"
    clock.set(ENDS)
    assert "certificate.pdf" in http.get(page).text
    mine = http.get(f"{page}/certificate.pdf")
    assert mine.headers["content-type"] == "application/pdf" and words_of(mine.content) >= 8
    assert b"/Lang (it)" in mine.content
    found = re.search(rb"/URI \((http[^)]+)\)", mine.content)
    assert found is not None
    address = found[1].decode().replace(web.url, "")
    shown = http.get(address)
    assert "This certificate is true." in shown.text and "Ада Ångström-محمد" in shown.text
    assert "20 July 2023" in shown.text and "Metropolitan city" in shown.text
    assert http.get(f"{invitation(web, stayed_away, event)}/certificate.pdf").status_code == 404
    token = token_in(staff.get(f"/console/events/{event}/came", headers=HTML).text)
    made = staff.post(f"/console/events/{event}/people/{ada}/certificate.pdf", data={"token": token})
    assert made.status_code == 200 and words_of(made.content) >= 8 and logged(database) == ["door.certificate"]
    for person, status in ((stayed_away, 404), (999, 404)):
        there = f"/console/events/{event}/people/{person}/certificate.pdf"
        assert staff.post(there, data={"token": token}).status_code == status
    come(database, event, ada, Kind.OUT, now=ENDS)
    gone = http.get(address)
    assert gone.status_code == 404 and "cannot confirm" in gone.text and "Ада" not in gone.text
    for forged in (address[:-2] + "AA", "/certificates/x"):
        assert http.get(forged).status_code == 404


def test_ones_own_data_tell_how_one_came(scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock) -> None:
    event = add_event(scene)
    ada = guest(scene, event)
    come(web.deps.database, event, ada)
    clock.set(ENDS)
    mine = f"/preferences/{web.link(Purpose.PREFERENCES, ada, scene.office_id)}"
    assert "came in person on 20 July 2023" in http.get(f"{mine}/data.html").text
    known = http.get(f"{mine}/data").json()
    assert known["events"][0]["came_at"] == COMING_IN.isoformat() and known["doors"][0]["what"] == "in"


def test_a_certificate_needs_a_name(scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock) -> None:
    event = add_event(scene, substitutes=True)
    nameless = guest(scene, event, name="")
    come(web.deps.database, event, nameless)
    clock.set(ENDS)
    answer = http.get(f"{invitation(web, nameless, event)}/certificate.pdf")
    assert answer.status_code == 409 and "does not know it" in answer.text


def test_lists_are_shown_printed_and_exported(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    event = add_event(scene, companions=3, seats={"in-person": 1})
    ada = guest(scene, event, name="=HYPERLINK(1)", organisation_id=scene.organisation("coop"))
    guest(scene, event, "online", name="Bruno <b>Verdi</b>")
    come(web.deps.database, event, ada, along=2)
    clock.set(COMING_IN)
    organiser, reader, doorkeeper = (signed_in(keeper(web, role)) for role in ("organiser", "reader", "doorkeeper"))
    here = f"/console/events/{event}/came"
    page = organiser.get(here, headers=HTML).text
    assert "=HYPERLINK(1)" in page and "There are more people in the hall than places." in page
    assert 'class="figure-number">3<' in organiser.get(f"{here}/numbers", headers=HTML).text
    assert 'class="figure-number">3<' in organiser.get(f"/console/events/{event}", headers=HTML).text
    assert "in the hall: 3" in organiser.get(f"/console/processes/{scene.process_id}", headers=HTML).text
    assert "=HYPERLINK" not in reader.get(here, headers=HTML).text and reader.get(f"{here}/list").status_code == 403
    assert doorkeeper.get(f"{here}/list").status_code == 403
    assert "=HYPERLINK(1)" in organiser.get(f"{here}/list", headers=HTML).text
    assert "Signature" in organiser.get(f"{here}/list?who=expected", headers=HTML).text
    token = token_in(page)
    answer = organiser.post(f"{here}/list.csv", data={"token": token})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and lines[1].startswith("'=HYPERLINK(1),") and lines[1].endswith(",2")
    for who in ("", "?who=expected"):
        assert words_of(organiser.post(f"{here}/list.pdf{who}", data={"token": token}).content) >= 8
    assert organiser.post(f"{here}/list.doc", data={"token": token}).status_code == 404
    assert doorkeeper.post(f"{here}/list.csv", data={"token": "x"}).status_code == 403
    assert organiser.post(f"{here}/codes", data={"token": token}).status_code == 303
    assert logged(web.deps.database) == ["door.listed"] * 5 + ["door.codes"], "two pages and three files"
    listed_as = select(AuditEntry.details).where(AuditEntry.act == "door.listed").order_by(AuditEntry.id)
    told = [one["list"] for one in web.deps.database.read(lambda s: s.scalars(listed_as).all())]
    assert told == ["came", "expected", "came", "came", "expected"]


ZOOM = """Meeting ID,Topic,Start Time
123,Launch,07/20/2023 09:55:00 AM

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Ada R.,ADA@example.org,07/20/2023 10:01:00 AM,07/20/2023 10:31:00 AM,30,Yes
Ada R.,ada@example.org,07/20/2023 10:40:00 AM,07/20/2023 10:50:00 AM,10,Yes
Verdi BRÙNO,,07/20/2023 10:05:00 AM,07/20/2023 12:00:00 PM,115,Yes
Carla Neri,carla@example.org,07/20/2023 10:05:00 AM,07/20/2023 10:06:00 AM,1,Yes
Emma Due,,07/20/2023 10:05:00 AM,07/20/2023 12:00:00 PM,115,Yes
<script>alert(1)</script>,nobody@example.org,x,y,60,No
"""


def test_a_meetings_list_is_looked_at_first_and_counts_once(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    event, database = add_event(scene), web.deps.database
    ada, bruno, carla = (guest(scene, event, "online", name=name) for name in ("Ada Rossa", "Bruno Verdi", "Carla"))
    for _ in range(2):
        guest(scene, event, "online", name="Emma Due")
    for person, email in ((ada, "ada@example.org"), (carla, "carla@example.org")):
        database.write(lambda s, p=person, e=email: add_address(s, p, "email", e, scene.now))  # type: ignore[misc]
    clock.set(ENDS + timedelta(hours=20))
    staff = signed_in(keeper(web, "organiser"))
    here = f"/console/events/{event}/came/import"
    token = token_in(staff.get(here, headers=HTML).text)

    def look(content: bytes, minutes: str = "5") -> httpx.Response:
        files = {"file": ("list.csv", io.BytesIO(content), "text/csv")}
        return staff.post(here, data={"token": token, "minutes": minutes}, files=files, headers=HTML)

    page = look(ZOOM.encode()).text
    heads = re.findall(r"<h2>([^<]+\(\d+\))", page)
    assert heads == [
        "Found by address (1)", "Found by name alone (1)", "There for too short a time (1)", "Not found (2)",
    ]  # fmt: skip
    assert "40 minutes" in page and "<script>alert" not in page
    assert count(database, event).online == 0, "a look notes nothing"
    sealed = re.search(r"name=\"list\" value=\"([^\"]+)\"", page)
    assert sealed is not None
    data = {"token": token, "list": sealed[1], "minutes": "5", "person": [str(ada), str(carla), "999", "x"]}
    for noted in ("1", "0"):
        answer = staff.post(f"{here}/keep", data=data)
        assert answer.headers["location"].endswith(f"came?noted={noted}")
    found = listed(database, event)
    assert (found[ada].came, found[bruno].came, found[carla].came) == ("online", "", "")
    assert found[ada].came_at == STARTS + timedelta(minutes=1), "the list's own time"
    staff.post(f"{here}/keep", data={**data, "person": [str(bruno)]})
    assert count(database, event).online == 2 and logged(database) == ["door.imported"] * 3
    assert staff.post(f"{here}/keep", data={**data, "list": sealed[1][:-3] + "AAA"}).status_code == 404
    other = add_event(scene, "other")
    assert staff.post(f"/console/events/{other}/came/import/keep", data=data).status_code == 404
    for bad in (b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"\x00" * 100, b'"' * 5000):
        assert "no list that we can read" in look(bad).text
    assert signed_in(keeper(web)).get(here).status_code == 403, "a list with addresses is not for the door"
    scene.change(Event, event, cancelled=True)
    late = staff.post(f"{here}/keep", data={**data, "minutes": "0"}, headers=HTML)
    assert late.status_code == 410 and "does not take place" in late.text
