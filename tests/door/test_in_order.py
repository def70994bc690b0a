"""What counts of acts that cross, come from another day or claim a key of ours; whom a take-back lets go."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.links import Purpose
from core.people.channels import EMAIL
from core.people.erasing import erase_person
from core.people.merging import merge
from core.people.self_joined import Joiner, become_member
from core.people.tables import Membership
from core.process.changing import change_event
from core.process.door.consenting import door_text
from core.process.door.my_data import erase_door
from core.process.door.settling import Kind, Outcome
from core.process.door.walk_in import WalkIn, register
from core.process.events import load_event
from core.process.seating import how_stands
from core.process.tables import Attendance
from core.staff.audit import Act, is_recorded, record
from surveys.responses.tables import Response
from tests.door.hall import COMING_IN, come, count, guest, keeper, listed, logged, poster
from tests.door.test_sending import SignIn, arrive
from tests.events.scene import ENDS, STARTS, add_event
from tests.responses.scene import Scene
from tests.support.web import RunningWeb

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
NEXT_WEEK = {"starts_local": "2023-07-27T10:00", "ends_local": "2023-07-27T13:00"}


def walk_in(database: Database, event: int, key: str = "w", name: str = "Dora Blu") -> int:
    def work(session: object) -> int:
        facts = load_event(session, event)  # type: ignore[arg-type]
        told = WalkIn(key, name, "told", door_text(session, facts.office_id))  # type: ignore[arg-type]
        return register(session, facts, told, COMING_IN).participant_id  # type: ignore[arg-type]

    return database.write(work)


def is_member(database: Database, person: int) -> bool:
    left = select(Membership.left_at).where(Membership.participant_id == person)
    return database.read(lambda s: s.scalars(left).one()) is None


def test_who_confirmed_online_before_an_event_moved_confirms_again_on_its_day(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    """Once a day, and again after a take-back, by the button on their page."""
    event, database = add_event(scene), web.deps.database
    ada = guest(scene, event, "online")
    page = f"/events/{web.link(Purpose.RSVP, ada, event)}"

    def confirm() -> int:
        assert http.post(page, data={"do": "here"}).status_code == 303
        return count(database, event).online

    clock.set(STARTS)
    assert (confirm(), confirm(), count(database, event).last) == (1, 1, 1), "the same confirmation"
    database.write(lambda s: change_event(s, event, NEXT_WEEK, STARTS))
    assert count(database, event).online == 0
    clock.set(STARTS + WEEK)
    assert confirm() == 1 and listed(database, event)[ada].came_at == STARTS + WEEK
    assert come(database, event, ada, Kind.OUT, now=STARTS + WEEK + SECOND).outcome == Outcome.OUT
    clock.set(STARTS + WEEK + 2 * SECOND)
    assert confirm() == 1


def test_what_was_done_before_an_event_moved_keeps_its_own_time(scene: Scene, database: Database) -> None:
    """A tablet that was offline since then neither lets in nor takes back on the new day."""
    event = add_event(scene)
    ada, bruno = guest(scene, event), guest(scene, event)
    database.write(lambda s: change_event(s, event, NEXT_WEEK, COMING_IN))
    late = COMING_IN + WEEK
    told = come(database, event, ada, said_at=COMING_IN, now=late)
    assert (told.outcome, told.at, count(database, event).inside) == (Outcome.NOT_IN, COMING_IN, 0)
    come(database, event, bruno, key="today", now=late)
    assert come(database, event, bruno, Kind.OUT, said_at=COMING_IN, now=late + SECOND).outcome == Outcome.NOT_IN
    assert come(database, event, bruno, Kind.ALONG, along=9, said_at=COMING_IN, now=late).outcome == Outcome.NOT_IN
    assert count(database, event).inside == 1
    back = {"starts_local": "2023-07-20T10:00", "ends_local": "2023-07-20T13:00"}
    database.write(lambda s: change_event(s, event, back, late))
    assert listed(database, event)[ada].came_at == COMING_IN, "it counts again where the event moves back"


def test_who_is_let_in_after_a_take_back_is_in_or_the_telephone_is_told(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    """The list tells the time of the last act, after which a telephone that knows of it dates its own."""
    event, at = add_event(scene), COMING_IN
    ada = guest(scene, event)
    clock.set(at + 20 * SECOND)
    post = poster(signed_in(keeper(web)), event)
    post([arrive(key="1", person=ada)])
    out = post([{**arrive("out", "2", person=ada), "at": (at + 10 * SECOND).isoformat()}])
    assert out["people"][0]["last"] == (at + 10 * SECOND).isoformat() and "at" not in out["people"][0]
    behind = post([{**arrive(key="3", person=ada), "at": (at + 6 * SECOND).isoformat()}])
    assert behind["results"][0]["outcome"] == "not-in" and behind["numbers"]["inside"] == 0
    after = post([{**arrive(key="4", person=ada), "at": (at + 11 * SECOND).isoformat()}])
    assert after["results"][0]["outcome"] == "in" and after["numbers"]["inside"] == 1
    assert logged(web.deps.database)[-3:] == ["door.in", "door.out", "door.in"], "what does not count is not logged"


def test_no_telephone_takes_a_key_of_ours(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock, signed_in: SignIn
) -> None:
    event, database = add_event(scene), web.deps.database
    ada, bruno = guest(scene, event, "online"), guest(scene, event)
    clock.set(STARTS)
    keys = [f"online:{ada}:2023-07-20:0", f"online:{ada}", "online:erased-1", "online:erased-2", "ONLINE:x"]
    told = poster(signed_in(keeper(web)), event)([arrive(key=one, person=bruno) for one in keys])["results"]
    assert [one["outcome"] for one in told] == ["refused"] * 5
    page = f"/events/{web.link(Purpose.RSVP, ada, event)}"
    assert http.post(page, data={"do": "here"}).status_code == 303 and listed(database, event)[ada].came == "online"
    database.write(lambda s: erase_person(s, ada, (erase_door,), scene.now))


def test_an_answer_to_acts_is_never_the_whole_list(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    event = add_event(scene)
    ada, bruno = guest(scene, event), guest(scene, event)
    clock.set(COMING_IN)
    client = signed_in(keeper(web))
    token = client.get(f"/console/door/{event}/list?since=0").json()["token"]
    assert logged(web.deps.database) == ["door.list-taken"], "whoever asks for what is new is noted too"
    for since in ("0", "", "x"):
        data = {"token": token, "acts": "[]", "since": since}
        assert client.post(f"/console/door/{event}/acts", data=data).json()["people"] == []
    acts = json.dumps([arrive(person=bruno)])
    told = client.post(f"/console/door/{event}/acts", data={"token": token, "acts": acts, "since": "0"}).json()
    assert [one["id"] for one in told["people"]] == [bruno] != [ada]


def test_a_text_that_was_agreed_to_travels_once(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    event = add_event(scene)
    clock.set(COMING_IN)
    client = signed_in(keeper(web))
    found = client.get(f"/console/door/{event}/list").json()

    def told(text: object, seals: str) -> list[object]:
        keys = [f"{name}{hash((text, seals))}" for name in "AB"]
        acts = [arrive("walk-in", key, name=key[0], consent="told", text=text) for key in keys]
        data = {"token": found["token"], "acts": json.dumps(acts), "seals": seals}
        answer = client.post(f"/console/door/{event}/acts", data=data)
        return [one["outcome"] for one in answer.json().get("results", [{"outcome": answer.status_code}])]

    seals = json.dumps([found["consent"]["seal"]])
    assert told(0, seals) == ["in", "in"] and told(found["consent"]["seal"], "[]") == ["in", "in"]
    for text in (1, -1, False, None):
        assert told(text, seals) == ["refused"] * 2
    assert told(0, "[7]") == ["refused"] * 2
    assert told(0, "{}") == told(0, "[") == [422]


def test_who_joined_by_themselves_since_stays_in_the_office(
    scene: Scene, web: RunningWeb, clock: FixedClock, signed_in: SignIn
) -> None:
    """Or has answered: a take-back ends what began at the door, and nothing else."""
    event, database = add_event(scene), web.deps.database
    dora, enea, flora = (walk_in(database, event, name, name) for name in ("Dora Blu", "Enea Due", "Flora Tre"))
    joiner = Joiner(scene.office_id, EMAIL, ["events"], "v1/en", "page")
    database.write(lambda s: become_member(s, dora, joiner, COMING_IN + SECOND))
    scene.insert(
        Response, round_id=scene.round_id, subject_kind="participant", subject=str(enea), participant_id=enea,
        form_version_id=scene.form_version_id, state="partial", session={}, started_at=COMING_IN, changed_at=COMING_IN,
    )  # fmt: skip
    clock.set(COMING_IN + 60 * SECOND)
    post = poster(signed_in(keeper(web)), event)
    outs = [arrive("out", f"out-{one}", person=one) for one in (dora, enea, flora)]
    assert [one["outcome"] for one in post(outs)["results"]] == ["out"] * 3
    assert [is_member(database, one) for one in (dora, enea, flora)] == [True, True, False]
    source = select(Membership.source).where(Membership.participant_id == dora)
    assert database.read(lambda s: s.scalars(source).one()) == "joined by themselves"
    early = (COMING_IN - SECOND).isoformat()
    again = post([{**arrive(key="again", person=flora), "at": early}])["results"][0]  # a telephone still lists her
    assert again["outcome"] == "not-in"
    again = post([{**arrive(key="later", person=flora), "at": clock.now().isoformat()}])["results"][0]
    assert again["outcome"] == "in" and is_member(database, flora)
    stranger = scene.participant()
    assert post([arrive(key="never", person=stranger)])["results"][0]["outcome"] == "refused"


def test_who_left_by_their_own_wish_is_not_brought_back_by_the_door(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    dora = walk_in(database, event)
    come(database, event, dora, Kind.OUT, now=COMING_IN + SECOND)
    assert not is_member(database, dora)
    left = database.read(lambda s: s.scalars(select(Membership.id).where(Membership.participant_id == dora)).one())
    scene.change(Membership, left, left_at=COMING_IN + 5 * SECOND)
    come(database, event, dora, key="again", now=COMING_IN + 9 * SECOND)
    assert count(database, event).inside == 1 and not is_member(database, dora)


def test_the_place_of_who_is_taken_back_is_offered(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1})
    dora = walk_in(database, event)
    bruno = guest(scene, event)
    assert database.read(lambda s: how_stands(s, event, bruno)).waits_for == "in-person"
    come(database, event, dora, Kind.OUT, now=COMING_IN + SECOND)
    assert database.read(lambda s: how_stands(s, event, bruno)).offered_until == STARTS


def test_a_late_scan_changes_nobodys_certificate(
    scene: Scene, web: RunningWeb, http: httpx.Client, clock: FixedClock
) -> None:
    """Of who was merged it stays in the name of who was there."""
    event, database = add_event(scene, substitutes=True), web.deps.database
    ada = guest(scene, event, name="Ada Rossa", substitute="Dora Blu")
    older = guest(scene, event, name="Ada R.", substitute="Franco Gialli")
    scene.change(Attendance, 2, first_at=scene.now - timedelta(days=1))
    come(database, event, ada)
    database.write(lambda s: merge(s, ada, older, scene.now))
    come(database, event, older, key="late", said_at=COMING_IN + SECOND, now=ENDS)
    clock.set(ENDS)
    page = f"/events/{web.link(Purpose.RSVP, older, event)}"
    assert "Dora Blu took part in your place" in http.get(page).text
    assert http.post(page, data={"do": "in-person"}).status_code == 410


def test_a_look_is_noted_once_an_account_row_and_office(scene: Scene, database: Database) -> None:
    """By the index of an office's log, not through all that was ever noted."""
    here, elsewhere = (Act("door.list-taken", "event:1", None, office) for office in (scene.office_id, None))
    database.write(lambda s: record(s, elsewhere, COMING_IN))

    def noted() -> list[bool]:
        return [database.read(lambda s, o=one: is_recorded(s, o, STARTS - WEEK)) for one in (here, elsewhere)]  # type: ignore[misc]

    assert noted() == [False, True]
    database.write(lambda s: record(s, here, COMING_IN))
    assert noted() == [True, True]
    assert not database.read(lambda s: is_recorded(s, here, COMING_IN)), "a day later it is noted anew"
