"""A room's page without scripts, its desk in the console, and its feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import func, select

from core.clock import FixedClock
from core.database.database import Database
from core.links import Purpose
from core.process.attendance import Given, reply
from core.process.room.asking import Voice
from core.process.room.rooms import RoomFacts, find_room
from core.process.room.seating import wishes_of
from core.process.room.tables import Question, QuestionVote, Room
from core.staff.tables import AuditEntry
from core.tables import Notice
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.console.test_events import token_of
from tests.events.scene import ENDS, add_event
from tests.responses.scene import Scene
from tests.room.hall import DURING, listed, open_room, put, set_tables
from tests.support.web import RunningWeb
from tests.web.reader import Reader

__all__ = ["scene", "sign_in", "web"]  # fixtures
ENGLISH = {"Accept-Language": "en", "Accept": "text/html"}
HOSTILE = '<script>alert(1)</script> "=cmd" {{ 1234*5678 }}'


@pytest.fixture
def phone(web: RunningWeb) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.url, timeout=60, headers=ENGLISH) as client:
        yield client


def test_asked_and_voted_for_without_scripts(
    scene: Scene, web: RunningWeb, phone: httpx.Client, clock: FixedClock, database: Database
) -> None:
    room = open_room(scene)
    clock.set(DURING)
    page = Reader(phone, f"/room/{room.code.upper()}")
    assert page.heading == "Launch event" and "No question yet" in page.at.text
    page.press("ask", text=HOSTILE)
    assert "your question is on the list" in page.at.text
    assert "<script>alert" not in page.at.text and "7006652" not in page.at.text
    (asked,) = listed(database, room)
    assert (asked.text, asked.votes) == (HOSTILE, 1)
    with httpx.Client(base_url=web.url, headers=ENGLISH, timeout=60) as second:
        other = Reader(second, f"/room/{room.code}")
        other.press(f"vote:{asked.id}")
        assert other.at.status_code == 200 and "vote counts" in other.at.text
        assert other.send({"do": f"vote:{asked.id}"}).status_code == 200
    assert listed(database, room)[0].votes == 2
    screen = phone.get(f"/live/event/{room.code}")
    assert "&lt;script&gt;alert(1)" in screen.text and "<script>alert" not in screen.text
    assert f"/room/{room.code}" in screen.text and "data:image/svg+xml" in screen.text


def test_a_look_changes_nothing_and_a_browser_without_cookies_is_told(
    scene: Scene, web: RunningWeb, clock: FixedClock, database: Database
) -> None:
    room = open_room(scene)
    put(database, room, Voice(browser="a"), "A question")
    clock.set(DURING)
    before = database.read(lambda s: s.scalar(select(Room.version)))
    for path in (f"/room/{room.code}", f"/room/{room.code}?do=vote:1", f"/live/event/{room.code}"):
        for ask in (httpx.get, httpx.head):
            assert ask(f"{web.url}{path}").status_code == 200
    assert database.read(lambda s: s.scalar(select(Room.version))) == before
    for data in ({"do": "ask", "text": "No cookie"}, {"do": "vote:1"}):
        refused = httpx.post(f"{web.url}/room/{room.code}", data=data, headers={"Accept": "text/html"})
        assert refused.status_code == 409
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(QuestionVote))) == 1
    assert httpx.get(f"{web.url}/room/zzzzzz").status_code == 404
    assert httpx.get(f"{web.url}/live/event/%00").status_code == 404


def test_what_stands_in_the_way_keeps_what_was_typed(
    scene: Scene, phone: httpx.Client, clock: FixedClock, database: Database
) -> None:
    room = open_room(scene)
    clock.set(DURING)
    page = Reader(phone, f"/room/{room.code}")
    page.press("ask", text="x" * 501)
    assert page.at.status_code == 422 and "x" * 501 in page.at.text
    for number in range(5):
        page.open(f"/room/{room.code}")
        page.press("ask", text=f"Question {number}")
    page.press("ask", text="Question 4")
    page.press("ask", text="One more")
    assert page.at.status_code == 429 and "One more" in page.at.text
    page.open(f"/room/{room.code}")
    form = page.fields("ask")
    clock.set(ENDS)
    page.send({**form, "text": "Too late", "do": "ask"})
    assert page.at.status_code == 409
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Question))) == 5


def test_the_same_form_twice_asks_once(
    scene: Scene, phone: httpx.Client, clock: FixedClock, database: Database
) -> None:
    room = open_room(scene)
    clock.set(DURING)
    page = Reader(phone, f"/room/{room.code}")
    fields = {**page.fields("ask"), "text": "Once", "do": "ask"}
    for _ in range(2):
        page.send(fields)
    assert [one.text for one in listed(database, room)] == ["Once"]


def test_the_feed_tells_the_room_and_nothing_more(
    scene: Scene, web: RunningWeb, clock: FixedClock, database: Database
) -> None:
    room = open_room(scene, moderated=True)
    clock.set(DURING)
    put(database, room, Voice(browser="a"), "Waiting")
    with httpx.stream("GET", f"{web.url}/live/event/{room.code}/feed", timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = dict[str, object]()
        kind = ""
        for line in answer.iter_lines():
            kind = line.removeprefix("event: ") if line.startswith("event: ") else kind
            if line.startswith("data: "):
                told[kind] = json.loads(line.removeprefix("data: "))
            if len(told) == 2:
                break
    assert told["questions"] == {"open": True, "questions": []}
    assert httpx.get(f"{web.url}/live/event/zzzzzz/feed").status_code == 404


def desk(client: httpx.Client, room: RoomFacts, do: str, **more: object) -> httpx.Response:
    path = f"/console/events/{room.event.id}/room"
    return client.post(f"{path}/acts", data={"token": token_of(client.get(path)), "do": do, **more})


def test_the_desk_from_the_console(scene: Scene, sign_in: SignIn, clock: FixedClock, database: Database) -> None:
    event = add_event(scene)
    database.write(lambda s: reply(s, Given(event, 2, "online", "web"), scene.now))
    client = sign_in("organiser")
    path = f"/console/events/{event}/room"
    assert path in client.get(f"/console/events/{event}").text
    token = token_of(client.get(path))
    opened = client.post(f"{path}/settings", data={"token": token, "do": "open", "moderated": "1"})
    code = str(html.fromstring(opened.text).xpath("string(//div[@data-feed]/@data-feed)")).split("/")[3]
    room = database.read(lambda s: find_room(s, code))
    assert room.event.id == event and room.moderated and room.open
    clock.set(DURING)
    first = put(database, room, Voice(1), "From <b>Ada</b>")
    second = put(database, room, Voice(browser="b"), HOSTILE)
    page = desk(client, room, f"show:{first}")
    assert "Ada &lt;b&gt;Rossa&lt;/b&gt;" in page.text and "<script>alert" not in page.text
    assert [one.id for one in listed(database, room)] == [first]
    desk(client, room, f"pin:{first}")
    assert desk(client, room, "merge", pick=[str(first), str(second)]).status_code == 200
    assert [(one.votes, one.answering) for one in listed(database, room)] == [(2, True)]
    desk(client, room, f"answer:{first}")
    assert desk(client, room, f"hide:{second}").status_code == 409
    token = token_of(client.get(path))
    client.post(f"{path}/announce", data={"token": token})
    assert database.read(lambda s: s.scalars(select(Notice.participant_id)).all()) == [2]
    client.post(f"{path}/settings", data={"token": token, "do": "close"})
    acts = database.read(lambda s: s.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all())
    assert [one for one in acts if one.startswith(("room", "question"))] == [
        "room.opened", "question.shown", "question.pinned", "question.merged", "question.answered", "room.announced",
        "room.closed",
    ]  # fmt: skip
    assert "question pinned" in sign_in("administrator").get("/console/audit").text


def test_only_who_may_runs_a_room(scene: Scene, sign_in: SignIn) -> None:
    room = open_room(scene)
    for role in ("reader", "reviewer", "facilitator"):
        client = sign_in(role)
        for end in ("room", "tables"):
            assert client.get(f"/console/events/{room.event.id}/{end}").status_code == 403
    assert sign_in("organiser").get("/console/events/999/room").status_code == 404


def test_who_writes_notes_sees_nothing_else(scene: Scene, sign_in: SignIn) -> None:
    room = open_room(scene)
    client = sign_in("facilitator")
    process = f"/console/processes/{scene.process_id}"
    for path in (process, f"{process}/plan", f"/console/events/{room.event.id}", "/console/mail", "/console/audit"):
        assert client.get(path).status_code in {403, 404}, path
    assert "/console/processes/" not in client.get("/console/").text
    assert client.get("/console/tables").status_code == 200


def test_tables_from_form_to_export(scene: Scene, sign_in: SignIn, database: Database) -> None:
    event = add_event(scene)
    client, path = sign_in("organiser"), f"/console/events/{event}/tables"
    token = token_of(client.get(path))
    wrong = client.post(f"{path}/themes", data={"token": token, "title.0.en": "Green", "tables.0": "0", "seats.0": "4"})
    assert wrong.status_code == 422
    fields = {
        "title.0.en": "Green <i>", "tables.0": "1", "seats.0": "2", "title.1.it": "Scuola", "tables.1": "1",
        "seats.1": "2", "axes": "green = Environment\nhealth", "wishes": "1",
    }  # fmt: skip
    assert client.post(f"{path}/themes", data={"token": token, **fields}).status_code == 200
    for person in (1, 2, 3):
        database.write(lambda s, person=person: reply(s, Given(event, person, "in-person", "web"), scene.now))  # type: ignore[misc]
    for act in ("ask", "deal", "tell"):
        assert client.post(f"{path}/acts", data={"token": token, "do": act}).status_code == 200
    kinds = database.read(lambda s: s.scalars(select(Notice.kind).order_by(Notice.id)).all())
    assert kinds == ["table-wishes"] * 3 + ["table-assigned"] * 3
    page = client.get(path)
    assert "Ada &lt;b&gt;Rossa" in page.text and "Green <i>" not in page.text
    target = str(html.fromstring(page.text).xpath("string((//select[@name='table']/option)[1]/@value)"))
    assert client.post(f"{path}/move", data={"token": token, "person": "1", "table": target}).status_code == 200
    assert client.post(f"{path}/move", data={"token": token, "person": "1", "table": "9999"}).status_code == 409

    writer = sign_in("facilitator")
    listed_tables = writer.get("/console/tables")
    assert "Scuola" in listed_tables.text
    notes = f"/console/tables/{target}"
    page = writer.get(notes)
    data = {"token": token_of(page), "axis": "green", "text": "=SUM(A1)\nMore <trees>", "revision": "0"}
    saved = writer.post(notes, data=data, headers={"Accept": "application/json"})
    assert saved.json() == {"text": "=SUM(A1)\nMore <trees>", "revision": 1}
    assert writer.post(notes, data={**data, "axis": "nothing"}).status_code == 404
    assert "More &lt;trees&gt;" in writer.get(notes).text
    assert writer.post(f"{path}/notes.csv", data={"token": token_of(page)}).status_code == 403
    exported = client.post(f"{path}/notes.csv", data={"token": token})
    assert "'=SUM(A1)" in exported.text and "Environment" in exported.text
    book = client.post(f"{path}/notes.xlsx", data={"token": token})
    assert book.content[:2] == b"PK"
    assert sheet(book.content, "results by axis")[1][:2] == ["green", "Environment"]


def sheet(content: bytes, name: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(content))[name].iter_rows()]


def test_wishes_on_the_page_of_a_signed_link(
    scene: Scene, web: RunningWeb, phone: httpx.Client, database: Database
) -> None:
    event = add_event(scene)
    green, schools = set_tables(scene, event, ("Environment", 1, 2), ("Schools", 1, 2))
    person = scene.participant(language="en")
    page = Reader(phone, f"/tables/{web.link(Purpose.TABLES, person, event)}")
    page.press("wish", first=str(green.id))
    assert page.at.status_code == 409 and "reply to the invitation" in page.at.text
    database.write(lambda s: reply(s, Given(event, person, "in-person", "web"), scene.now))
    page.open(page.path)
    page.press("wish", first=str(schools.id), second=str(green.id))
    assert "your wish is noted" in page.at.text
    assert database.read(lambda s: wishes_of(s, event, person)) == (schools.id, green.id)
    assert phone.get(f"/tables/{web.link(Purpose.RSVP, person, event)}").status_code == 404
