"""Letting people in, on both databases: once each, held to the times of the door, whoever was merged meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.database.database import Database
from core.errors import Problem
from core.links import Links, Purpose
from core.people.consent import AT_THE_DOOR, consent_history
from core.people.erasing import erase_person
from core.people.importing.known import by_email
from core.people.merging import merge
from core.people.my_data import export_person
from core.people.tables import Membership
from core.process.attendance import EventCalledOff
from core.process.came import came_to, stayed_away_from
from core.process.changing import change_event
from core.process.door import errors
from core.process.door.acting import Wanted, act, confirm_online, person_of_code
from core.process.door.codes import code_for
from core.process.door.consenting import door_text
from core.process.door.my_data import erase_door
from core.process.door.settling import Kind, Outcome
from core.process.door.tables import DoorAct
from core.process.door.walk_in import WalkIn, register
from core.process.events import load_event
from core.process.seating import how_stands
from core.process.tables import Event
from core.process.waiting import tend_event
from tests.door.hall import COMING_IN, DOOR_OPENS, come, count, guest, listed
from tests.events.scene import ENDS, STARTS, add_event
from tests.responses.scene import Scene

HOUR = timedelta(hours=1)


def test_somebody_is_let_in_once_over_two_doors(scene: Scene, database: Database) -> None:
    event = add_event(scene, companions=3)
    ada = guest(scene, event, name="Ada Rossa", companions=2)
    first = come(database, event, ada, key="a", along=2, said_at=COMING_IN)
    again = come(database, event, ada, key="b", said_at=COMING_IN + HOUR, now=COMING_IN + HOUR)
    assert (first.outcome, again.outcome, again.first_at) == (Outcome.IN, Outcome.ALREADY, COMING_IN)
    found = listed(database, event)[ada]
    assert (found.came, found.came_at, found.came_along) == ("in-person", COMING_IN, 2)
    assert (count(database, event).inside, count(database, event).people) == (3, 1)
    replayed = come(database, event, ada, key="a", along=2, said_at=COMING_IN, now=ENDS)
    assert (replayed.outcome, replayed.is_new, replayed.act_id) == (Outcome.IN, False, first.act_id)
    assert count(database, event).inside == 3
    assert come(database, event, ada, Kind.ALONG, along=1, now=ENDS).outcome == Outcome.NOTED
    assert come(database, event, ada, Kind.OUT, now=ENDS).outcome == Outcome.OUT
    assert count(database, event).inside == 0 and listed(database, event)[ada].came == ""
    assert come(database, event, ada, Kind.OUT, key="c", now=ENDS).outcome == Outcome.NOT_IN


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_time_is_held_to_the_door_and_to_our_clock(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    ada, bruno, carla = (guest(scene, event) for _ in range(3))
    come(database, event, ada, said_at=COMING_IN + 50 * HOUR)
    come(database, event, bruno, said_at=DOOR_OPENS - HOUR)
    come(database, event, carla, said_at=COMING_IN - HOUR)
    found = listed(database, event)
    assert [found[one].came_at for one in (ada, bruno, carla)] == [COMING_IN, DOOR_OPENS, COMING_IN - HOUR]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_taken_back_was_there_before_whatever_a_telephone_says(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    ada = guest(scene, event)
    come(database, event, ada, said_at=COMING_IN)
    taken = come(database, event, ada, Kind.OUT, said_at=COMING_IN - HOUR)
    assert (taken.outcome, taken.at, listed(database, event)[ada].came) == (Outcome.OUT, COMING_IN, "")


def test_who_was_let_in_by_mistake_has_not_come_to_the_day_an_event_moves_to(scene: Scene, database: Database) -> None:
    """A delay on the same day leaves the hall as full as it is."""
    event = add_event(scene)
    ada, bruno = guest(scene, event), guest(scene, event, "online")
    come(database, event, ada, along=2)
    database.write(lambda s: confirm_online(s, load_event(s, event), bruno, "page", STARTS))
    dora = walk_in(database, event)

    def moved_to(starts: str, ends: str) -> tuple[int, int, set[Any]]:
        values = {"starts_local": starts, "ends_local": ends}
        database.write(lambda s: change_event(s, event, values, COMING_IN))
        came = database.read(lambda s: set(s.scalars(came_to(event)).all()))
        return count(database, event).inside, count(database, event).online, came

    assert moved_to("2023-07-20T19:00", "2023-07-20T21:00") == (4, 1, {ada, bruno, dora})
    assert moved_to("2023-07-27T10:00", "2023-07-27T13:00") == (0, 0, set())
    assert set(listed(database, event)) == {ada, bruno, dora}, "they come on the new day"
    week = timedelta(days=7)
    assert come(database, event, ada, key="then", now=COMING_IN + week).outcome == Outcome.IN
    assert moved_to("2023-07-20T10:00", "2023-07-20T13:00") == (4, 1, {ada, bruno, dora}), "nothing was lost"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_stands_in_the_way_is_said(scene: Scene, database: Database) -> None:
    event, online = add_event(scene), add_event(scene, "online", modes=["online"])
    ada = guest(scene, event)

    def refused(kind: type[Problem], event_id: int, **more: Any) -> str:
        with pytest.raises(kind) as caught:
            come(database, event_id, ada, key=str(more), **more)
        return str(caught.value)

    assert "20.07.2023" in refused(errors.DoorNotOpen, event, now=DOOR_OPENS - timedelta(seconds=1))
    refused(errors.DoorClosed, event, now=ENDS + timedelta(days=30))
    refused(errors.NotHeldHere, online)
    before = database.read(lambda s: load_event(s, event))
    scene.change(Event, event, cancelled=True)
    refused(EventCalledOff, event)
    with pytest.raises(EventCalledOff):  # as it is now that it is held, not as it was looked at
        database.write(lambda s: act(s, before, Wanted("late", Kind.IN, ada, "name"), COMING_IN))
    assert count(database, event).inside == 0
    scene.change(Event, event, cancelled=False)
    assert come(database, event, ada, now=ENDS + timedelta(days=29)).outcome == Outcome.IN, "a telephone syncs late"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_codes_tell_whose_they_are_and_nothing_else(scene: Scene, database: Database, links: Links) -> None:
    event, other = add_event(scene), add_event(scene, "other")
    ada, known_to_nobody = guest(scene, event, name="Ada Rossa"), scene.participant()

    def whose(scanned: str) -> int:
        return database.read(lambda s: person_of_code(s, links, load_event(s, event), scanned))

    good = code_for(links, ada, event)
    assert whose(good) == whose(f" https://ascolto.example.org/door/{good}\n") == ada
    assert good == code_for(links, ada, event), "a list made before knows it"
    assert "Ada" not in good and len(good) < 40
    forged = [good[:-1] + ("A" if good[-1] != "A" else "B"), "", "nonsense", "https://example.org/x", "é" * 30]
    forged += [links.seal(Purpose.CERTIFICATE, b"%d:%d" % (ada, event)), links.seal(Purpose.DOOR, b"1:2:3")]
    forged += [Links("another secret of at least thirty-two").seal(Purpose.DOOR, b"%d:%d" % (ada, event))]
    for one in forged:
        with pytest.raises(errors.CodeForged):
            whose(one)
    with pytest.raises(errors.CodeOfOther):
        whose(code_for(links, ada, other))
    with pytest.raises(errors.NotOnTheList):
        whose(code_for(links, known_to_nobody, event))
    database.write(lambda s: erase_person(s, ada, (), scene.now))
    with pytest.raises(errors.NotOnTheList):
        whose(good)


def test_who_was_merged_comes_in_by_either_code_and_once(scene: Scene, database: Database, links: Links) -> None:
    event = add_event(scene)
    ada, also_ada = guest(scene, event, "online", name="Ada Rossa"), guest(scene, event, name="A. Rossa")
    come(database, event, also_ada, key="before")
    database.write(lambda s: merge(s, also_ada, ada, scene.now))
    found = listed(database, event, links)
    assert list(found) == [ada] and len(found[ada].codes) == 2, "both codes are theirs"
    assert (found[ada].came, count(database, event).inside) == ("in-person", 1), "they had come in before"
    assert come(database, event, also_ada, key="after").outcome == Outcome.ALREADY
    come(database, event, ada, Kind.OUT)
    assert count(database, event).inside == 0, "taken back, whichever row it stood on"
    come(database, event, also_ada, key="again", now=COMING_IN + HOUR)
    assert (count(database, event).inside, listed(database, event)[ada].came) == (1, "in-person")


def test_whoever_waits_and_is_let_in_waits_no_more(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1})
    guest(scene, event)
    first, second = guest(scene, event), guest(scene, event)
    come(database, event, first, now=DOOR_OPENS)
    scene.change(Event, event, seats={"in-person": 2})
    database.write(lambda s: tend_event(s, event, DOOR_OPENS))
    stands = [database.read(lambda s, one=one: how_stands(s, event, one)).offered_until for one in (first, second)]  # type: ignore[misc]
    assert stands[0] is None and stands[1] is not None, "the place goes to who is still outside"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_following_online_is_confirmed_around_the_event_by_those_who_said_so(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    ada, bruno = guest(scene, event, "online"), guest(scene, event)

    def confirm(person: int, minutes: int, since: datetime = STARTS) -> str:
        at = since + timedelta(minutes=minutes)
        return database.write(lambda s: confirm_online(s, load_event(s, event), person, "page", at)).outcome

    with pytest.raises(errors.NotOnlineNow, match=r"20.07.2023, 09:45 to 20.07.2023, 15:00"):
        confirm(ada, -16)
    with pytest.raises(errors.NotOnlineNow):
        confirm(ada, 120, ENDS)
    with pytest.raises(errors.NotOnlineGuest):
        confirm(bruno, 5)
    assert confirm(ada, 5) == Outcome.NOTED and confirm(ada, 50) == Outcome.NOTED, "the same confirmation"
    assert listed(database, event)[ada].came_at == STARTS + timedelta(minutes=5)
    assert (count(database, event).online, count(database, event).inside) == (1, 0)
    come(database, event, ada, now=STARTS + HOUR)
    assert (count(database, event).online, count(database, event).inside) == (0, 1)


def walk_in(database: Database, event: int, key: str = "w", **told: str) -> int:
    def work(session: object) -> int:
        facts = load_event(session, event)  # type: ignore[arg-type]
        usual = {"name": "Dora Blu", "consent": "told", "text": door_text(session, facts.office_id)}  # type: ignore[arg-type]
        return register(session, facts, WalkIn(key, **{**usual, **told}), COMING_IN).participant_id  # type: ignore[arg-type]

    return database.write(work)


def test_who_walks_in_is_registered_with_consent_and_let_in(
    scene: Scene, database: Database, clock: FixedClock
) -> None:
    event = add_event(scene)
    dora = walk_in(database, event, name=" Dora \n Blu\u0000", email="Dora@Example.org", language="fr")
    assert walk_in(database, event) == dora, "the same act sent again"
    known = database.read(lambda s: export_person(s, dora))
    assert known["offices"][0]["name"] == "Dora Blu"
    assert (known["offices"][0]["source"], known["offices"][0]["legal_basis"]) == ("at the door", "consent")
    assert known["language"] == "fr" and known["addresses"][0]["value"] == "dora@example.org"
    said = {(one["purpose"], one["channel"]): one for one in known["consents"]}
    assert set(said) == {("events", AT_THE_DOOR), ("events", "email")}
    assert all(one["source"] == "door-told" and "Metropolitan city" in one["text"] for one in said.values())
    assert (known["events"][0]["came"], known["events"][0]["door"]) == ("in-person", "door")
    assert known["doors"][0]["way"] == "walk-in"
    assert (count(database, event).inside, count(database, event).walk_ins) == (1, 1)
    unwritten = walk_in(database, event, "x", name="Ezio Neri", consent="ticked")
    stated = database.read(lambda s: [(one.channel, one.source) for one in consent_history(s, unwritten)])
    assert stated == [(AT_THE_DOOR, "door-ticked")], "who gives no address agrees to no mails"


def test_an_address_that_is_known_is_that_person_of_this_office_alone(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    dora = walk_in(database, event, email="dora@example.org")
    second = add_event(scene, "second")
    assert walk_in(database, second, email="DORA@example.org", name="dora blu") == dora
    assert walk_in(database, second, "y", email="dora@example.org", name="Franco Blu") != dora, "a shared mailbox"
    known = database.read(lambda s: by_email(s, scene.office_id, ["dora@example.org"]))
    assert len(known) == 2
    scene.change(Membership, known["dora@example.org", "dora blu"].membership_id, left_at=scene.now)
    assert walk_in(database, second, "z", email="dora@example.org") == dora, "they had left, and are back"
    assert count(database, second).inside == 2


def test_a_walk_in_who_is_taken_back_is_gone_until_let_in_after_all(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    dora, ada = walk_in(database, event, email="dora@example.org"), guest(scene, event)
    come(database, event, ada)

    def members() -> set[int]:
        here = select(Membership.participant_id).where(Membership.left_at.is_(None))
        return database.read(lambda s: set(s.scalars(here).all()))

    come(database, event, dora, Kind.OUT)
    assert list(listed(database, event)) == [ada] and members() == {ada}
    assert database.read(lambda s: s.scalars(stayed_away_from(event)).all()) == [], "nobody missed her"
    come(database, event, dora, key="again", now=COMING_IN + HOUR)
    assert (count(database, event).inside, count(database, event).walk_ins, members()) == (2, 1, {ada, dora})
    second = add_event(scene, "second")
    assert walk_in(database, second, email="dora@example.org") == dora
    come(database, second, dora, Kind.OUT)
    assert members() == {ada, dora}, "the office knows her by the first event"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_registered_without_name_or_consent(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    for told, kind in (
        ({"name": " \u200b "}, errors.NameMissing), ({"consent": ""}, errors.ConsentMissing),
        ({"consent": "no"}, errors.ConsentMissing),
        ({"email": "nowhere"}, Problem), ({"organisation_id": "999"}, errors.PlaceUnknown),
    ):  # fmt: skip
        with pytest.raises(kind):
            walk_in(database, event, **told)
    assert listed(database, event) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_key_of_who_followed_online_names_nobody_who_was_erased(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    people = [guest(scene, event, "online") for _ in range(2)]
    for one in people:
        database.write(lambda s, p=one: confirm_online(s, load_event(s, event), p, "page", STARTS))  # type: ignore[misc]
    come(database, event, people[0], key="telephone")
    database.write(lambda s: erase_person(s, people[0], (erase_door,), scene.now))
    keys = database.read(lambda s: s.execute(select(DoorAct.key, DoorAct.participant_id).order_by(DoorAct.id)).all())
    assert [tuple(one) for one in keys] == [
        ("online:erased-1", None), (f"online:{people[1]}:2023-07-20:0", people[1]), ("telephone", None),
    ]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_act_sent_again_brings_nobody_back_who_was_erased(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    dora = walk_in(database, event, email="dora@example.org")
    database.write(lambda s: erase_person(s, dora, (), scene.now))
    with pytest.raises(errors.NotOnTheList):
        walk_in(database, event, email="dora@example.org")
    assert listed(database, event) == {} and count(database, event).inside == 0


def test_two_doors_in_the_same_moment_let_one_person_in_once(scene: Scene, database: Database) -> None:
    """Also where they register the same walk-in, sent by two lines at once: nobody is made twice."""
    event = add_event(scene)
    ada = guest(scene, event)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda number: come(database, event, ada, key=f"door-{number}").outcome, range(6)))
        people = set(pool.map(lambda _: walk_in(database, event, email="dora@example.org"), range(6)))
    assert sorted(found) == ["already"] * 5 + ["in"]
    assert len(people) == 1 and len(listed(database, event)) == 2
    members = database.read(lambda s: s.scalar(select(func.count()).select_from(Membership)))
    assert (count(database, event).inside, members) == (2, 2)
