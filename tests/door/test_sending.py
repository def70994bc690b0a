"""What a telephone at the door asks and sends: who may, what is refused, and what a second time changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.clock import FixedClock
from core.people.erasing import erase_person
from core.process.door.codes import code_for, digest_of
from core.process.events import load_event
from core.process.room.seating import deal
from core.process.tables import Event, Office, Process
from tests.door.hall import COMING_IN, code, count, guest, keeper, listed, logged, poster
from tests.events.scene import ENDS, add_event
from tests.responses.scene import Scene
from tests.room.hall import set_tables
from tests.support.web import RunningWeb

SignIn = Callable[[str], httpx.Client]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TAKEN = "door.list-taken"


def arrive(kind: str = "in", key: str = "k", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "at": COMING_IN.isoformat(), **more}


@pytest.fixture(autouse=True)
def doors_are_open(clock: FixedClock, web: RunningWeb) -> None:
    """Whoever makes guests does so before; `guest` takes the scene's own time."""
    clock.set(COMING_IN)


def test_the_list_tells_what_the_door_needs(scene: Scene, web: RunningWeb, signed_in: SignIn) -> None:
    event = add_event(scene, companions=3, substitutes=True, asks_needs=True, seats={"in-person": 5})
    set_tables(scene, event, ("Schools", 1, 4))
    ada = guest(scene, event, name="Ada Rossa", organisation_id=scene.organisation("coop"), companions=2,
                needs="ramp", substitute="Dora Blu")  # fmt: skip
    guest(scene, event, "no", name="Bruno Verdi")
    scene.database.write(lambda s: deal(s, load_event(s, event)))
    client = signed_in(keeper(web))
    found = client.get(f"/console/door/{event}/list").json()
    assert found["numbers"] == {
        "inside": 0, "people": 0, "expected": 3, "online": 0, "walk_ins": 0, "places": 5, "last": 0,
    }  # fmt: skip
    assert found["people"][0] == {
        "id": ada, "name": "Ada Rossa", "org": "Coop", "reply": "in-person", "along": 2, "instead": "Dora Blu",
        "needs": "ramp", "table": 1, "theme": "Schools", "codes": [digest_of(code_for(web.deps.links, ada, event))],
    }  # fmt: skip
    client.get(f"/console/door/{event}/list")
    client.get(f"/console/door/{event}/list?since=1")
    assert logged(web.deps.database) == [TAKEN], "once a day, however often the telephone asks"
    assert found["people"][1]["reply"] == "no" and set(found["consent"]["text"]) == {"it", "en", "fr"}
    assert "@" not in json.dumps(found["people"]), "no address leaves"
    page = client.get(f"/console/door/{event}", headers={"Accept": "text/html"})
    assert "camera=(self)" in page.headers["permissions-policy"] and "Ada" not in page.text
    assert "camera=()" in client.get("/console/door").headers["permissions-policy"]


def test_acts_are_kept_once_and_told_to_every_telephone(scene: Scene, web: RunningWeb, signed_in: SignIn) -> None:
    event = add_event(scene)
    ada, bruno = guest(scene, event, name="Ada Rossa"), guest(scene, event, name="Bruno Verdi")
    first, second = (signed_in(keeper(web, name=name)) for name in ("first", "second"))
    here, there = poster(first, event), poster(second, event)
    sent = [arrive(key="1", code=code(web, ada, event)), arrive(key="2", person=bruno)]
    answer = here(sent)
    assert [one["outcome"] for one in answer["results"]] == ["in", "in"] and answer["numbers"]["inside"] == 2
    assert [one["outcome"] for one in here(sent)["results"]] == ["in", "in"], "sent again after a break"
    again = there([arrive(key="3", code=code(web, ada, event))])["results"][0]
    assert (again["outcome"], again["first"]) == ("already", COMING_IN.isoformat())
    assert count(web.deps.database, event).inside == 2
    news = second.get(f"/console/door/{event}/list?since=1").json()["people"]
    assert [one["id"] for one in news] == [ada, bruno] and news[0]["at"] == COMING_IN.isoformat()
    assert second.get(f"/console/door/{event}/list?since=3").json()["people"] == []
    assert logged(web.deps.database) == [TAKEN, TAKEN, "door.in", "door.in"], "what changes nothing is not logged again"
    there([arrive("out", "4", person=ada), arrive("along", "5", person=bruno, along=2)])
    assert count(web.deps.database, event).inside == 3
    assert logged(web.deps.database)[4:] == ["door.out", "door.along"]


def test_who_walked_in_without_a_connection_is_registered_and_taken_back(
    scene: Scene, web: RunningWeb, signed_in: SignIn
) -> None:
    event, client = add_event(scene), signed_in(keeper(web))
    text = client.get(f"/console/door/{event}/list").json()["consent"]["seal"]
    new = arrive("walk-in", "n", name="Dora <b>Blu</b>", consent="ticked", text=text, email="dora@example.org", along=1)
    post = poster(client, event)
    answer = post([new, arrive("out", "o", of="n"), arrive(key="p", of="n", along=2)])
    assert [one["outcome"] for one in answer["results"]] == ["in", "out", "in"]
    assert answer["people"][0]["name"] == "Dora <b>Blu</b>" and answer["numbers"]["inside"] == 3
    assert [one["outcome"] for one in post([new])["results"]] == ["in"] and len(listed(web.deps.database, event)) == 1
    odd = [{**new, "key": "q", "consent": ""}, {**new, "key": "s", "text": text[:-2]}, arrive(key="r", of="nothing")]
    refused = post(odd)["results"]
    assert [one["outcome"] for one in refused] == ["refused"] * 3 and "consent" in refused[0]["words"]
    assert "which text" in refused[1]["words"] and len(listed(web.deps.database, event)) == 1
    assert "door.walk-in" in logged(web.deps.database)


def test_codes_that_are_none_of_this_event_let_nobody_in(scene: Scene, web: RunningWeb, signed_in: SignIn) -> None:
    event, other = add_event(scene), add_event(scene, "other")
    ada, gone, foreign = guest(scene, event), guest(scene, event), guest(scene, other)
    scene.database.write(lambda s: erase_person(s, gone, (), scene.now))
    post = poster(signed_in(keeper(web)), event)
    codes = [code(web, ada, event)[:-2] + "AA", code(web, foreign, other), code(web, gone, event), "x" * 5000]
    told = post([arrive(key=str(number), code=one) for number, one in enumerate(codes)])["results"]
    assert [one["outcome"] for one in told] == ["refused"] * 4
    assert "not a code of ours" in told[0]["words"] and "another event" in told[1]["words"]
    odd: list[Any] = [
        {}, {"key": ""}, {"key": "k" * 65, "kind": "in"}, arrive("dance"), arrive(person="1 or 1"),
        arrive(person=10**30),
        arrive(key="\u0000", person=ada), arrive("walk-in", name="\ud800", consent="told"),
    ]  # fmt: skip
    assert {one["outcome"] for one in post(odd)["results"]} == {"refused"}
    assert count(web.deps.database, event).inside == 0
    for at in (None, "tomorrow", "2023-07-20T10:00", "9999-12-31T23:59:59+00:00", 5):
        post([{**arrive(key=f"t{at}", person=ada), "at": at}])
    assert listed(web.deps.database, event)[ada].came_at == COMING_IN, "our own clock where theirs says nothing"


def test_the_door_opens_for_staff_of_its_office_alone(
    scene: Scene, web: RunningWeb, http: httpx.Client, signed_in: SignIn
) -> None:
    event = add_event(scene)
    ada, here = guest(scene, event), f"/console/door/{event}"
    other = scene.insert(Office, slug="other", name="Other", kind="municipality")
    theirs = scene.insert(Process, office_id=other, slug="o", title={"en": "O"}, summary={}, languages=["it"],
                          time_zone="Europe/Rome", send_window={}, retention={})  # fmt: skip
    elsewhere = scene.insert(
        Event, process_id=theirs, slug="e", kind="event", title={"en": "Elsewhere"}, summary={},
        starts_local="2023-07-20T10:00", ends_local="2023-07-20T13:00",
    )  # fmt: skip
    for email, status in (
        (keeper(web, "organiser", "other", "stranger"), 404), (keeper(web, "reader"), 403), (keeper(web), 200),
    ):  # fmt: skip
        client = signed_in(email)
        assert [client.get(here + end).status_code for end in ("", "/list")] == [status] * 2, email
        token = client.get(f"/console/door/{elsewhere if status == 404 else event}/list").json().get("token", "x")
        acts = json.dumps([arrive(key=email, code=code(web, ada, event))])
        sent = client.post(f"{here}/acts", data={"token": token, "acts": acts})
        assert sent.status_code == (403 if status == 403 else status), email
        assert client.post(f"{here}/acts", data={"token": "forged", "acts": acts}).status_code == 403
    listed_there = signed_in(keeper(web, name="third")).get("/console/door", headers={"Accept": "text/html"}).text
    assert "Launch event" in listed_there and "Elsewhere" not in listed_there
    assert http.get(here + "/list").status_code == 303
    assert http.post(here + "/acts", headers={"Accept": "application/json"}).status_code == 303, (
        "as the page's own script asks"
    )
    assert count(web.deps.database, event).inside == 1


def test_what_cannot_be_read_is_said_and_the_door_closes_in_time(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    event = add_event(scene)
    ada, client = guest(scene, event), signed_in(keeper(web))
    token = client.get(f"/console/door/{event}/list").json()["token"]
    for acts in ("", "{", "{}", "[1]", json.dumps([{}] * 201)):
        answer = client.post(f"/console/door/{event}/acts", data={"token": token, "acts": acts})
        assert answer.status_code == 422 and "stays on it" in answer.json()["detail"]
    clock.set(ENDS + timedelta(days=31))
    told = poster(client, event)([arrive(person=ada)])["results"][0]
    assert told["outcome"] == "refused" and "30 days" in told["words"]
    assert client.get("/console/door/worker.js").headers["content-type"].startswith("text/javascript")
