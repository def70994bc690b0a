"""One reply a person and event, whichever door it came through, until it is too late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.errors import Problem
from core.people.erasing import erase_person
from core.people.errors import ParticipantUnknown, PersonErased
from core.people.merging import merge
from core.people.my_data import export_person
from core.process.attendance import EventBegun, EventCalledOff, EventOver, Given, ReplyNotOffered
from core.process.events import EventUnknown
from core.process.standing import standing_attendance, standing_reply
from core.process.tables import Event
from core.process.who import NotInvited
from tests.events.scene import ENDS, STARTS, add_event, replies, rows, say
from tests.responses.scene import Scene, build


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def given(event: int, person: int, reply: str = "in-person", door: str = "web", *, invited: bool = False) -> Given:
    return Given(event, person, reply, door, invited)


def test_a_reply_is_kept_once_and_can_be_changed(scene: Scene, database: Database) -> None:
    event, person = add_event(scene), scene.participant()
    first = say(database, given(event, person), scene.now)
    assert (first.before, first.reply, first.changed) == ("", "in-person", True)
    later = scene.now + timedelta(hours=1)
    again = say(database, given(event, person, door="chat"), later)
    assert (again.before, again.changed) == ("in-person", False)
    assert [(one.door, one.at, one.changes) for one in rows(database)] == [("web", scene.now, 0)]
    other = say(database, given(event, person, "no", "chat"), later)
    assert (other.before, other.reply, other.attendance_id) == ("in-person", "no", first.attendance_id)
    (row,) = rows(database)
    assert (row.reply, row.door, row.first_at, row.at, row.changes) == ("no", "chat", scene.now, later, 1)


def test_a_first_reply_until_it_begins_a_change_until_it_ends(scene: Scene, database: Database) -> None:
    event, early, late = add_event(scene), scene.participant(), scene.participant()
    say(database, given(event, early), STARTS - timedelta(seconds=1))
    with pytest.raises(EventBegun):
        say(database, given(event, late), STARTS)
    say(database, given(event, early, "online"), STARTS + timedelta(hours=1))
    say(database, given(event, late, door="staff"), STARTS + timedelta(hours=1))
    for door in ("web", "staff"):
        with pytest.raises(EventOver):
            say(database, given(event, early, "no", door), ENDS)
    assert replies(database) == {early: ("online", "web", 1), late: ("in-person", "staff", 0)}


@pytest.mark.parametrize(
    ("event", "reply", "problem"),
    [
        ({"online": False}, "online", ReplyNotOffered),
        ({"modes": ["online"]}, "in-person", ReplyNotOffered),
        ({}, "perhaps", ReplyNotOffered),
        ({}, "", ReplyNotOffered),
        ({"cancelled": True}, "no", EventCalledOff),
    ],
)
def test_only_what_is_offered(
    scene: Scene, database: Database, event: dict[str, Any], reply: str, problem: type[Problem]
) -> None:
    made, person = add_event(scene, **event), scene.participant()
    with pytest.raises(problem):
        say(database, given(made, person, reply), scene.now)
    assert not rows(database)


def test_members_reply_and_whoever_holds_what_was_sent_to_them(scene: Scene, database: Database) -> None:
    event, gone = add_event(scene), scene.participant(left_at=scene.now)
    with pytest.raises(NotInvited):
        say(database, given(event, gone), scene.now)
    say(database, given(event, gone, invited=True), scene.now)
    with pytest.raises(ParticipantUnknown):
        say(database, given(event, 999, invited=True), scene.now)
    with pytest.raises(EventUnknown):
        say(database, given(999, gone, invited=True), scene.now)


@pytest.mark.parametrize("run", range(5))
def test_two_doors_at_once_make_one_row(scene: Scene, database: Database, run: int) -> None:
    event, person = add_event(scene), scene.participant()
    together = Barrier(4)

    def press(number: int) -> None:
        together.wait()
        reply, door = (("in-person", "web"), ("online", "chat"), ("maybe", "mail"), ("no", "web"))[number]
        say(database, given(event, person, reply, door), scene.now + timedelta(seconds=number + run))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, range(4)))
    (row,) = rows(database)
    assert row.changes == 3, "each of the four was kept, one after the other"


def standing(database: Database, event: int) -> dict[int, str]:
    attended = standing_attendance(event)
    statement = select(attended.c.person_id, attended.c.reply)
    return {row.person_id: row.reply for row in database.read(lambda session: session.execute(statement).all())}


def test_of_people_who_were_merged_the_earliest_reply_stands(scene: Scene, database: Database) -> None:
    event, kept, gone, older = add_event(scene), scene.participant(), scene.participant(), scene.participant()
    say(database, given(event, gone, "online"), scene.now)
    say(database, given(event, kept, "no"), scene.now + timedelta(hours=1))
    say(database, given(event, older, "maybe"), scene.now + timedelta(hours=2))
    database.write(lambda session: merge(session, older, gone, scene.now))
    database.write(lambda session: merge(session, gone, kept, scene.now))
    assert len(rows(database)) == 3, "merging moves no row"
    assert standing(database, event) == {kept: "online"}
    assert database.read(lambda session: standing_reply(session, event, kept)) == "online"
    changed = say(database, given(event, older, "in-person", "chat", invited=True), scene.now + timedelta(days=1))
    assert changed.before == "online", "the one that stands is changed, by whichever link"
    assert standing(database, event) == {kept: "in-person"}


def test_my_data_and_erasing(scene: Scene, database: Database) -> None:
    event, person, other = add_event(scene), scene.participant(), scene.participant()
    say(database, given(event, person, "online", "mail"), scene.now)
    say(database, given(event, other), scene.now)
    (told,) = database.read(lambda session: export_person(session, person))["events"]
    assert (told["event"]["en"], told["reply"], told["door"]) == ("Launch event", "online", "mail")
    database.write(lambda session: erase_person(session, person, [], scene.now))
    assert list(replies(database)) == [other]
    with pytest.raises(PersonErased):
        say(database, given(event, person, invited=True), scene.now)


def test_an_event_that_moves_takes_replies_at_its_new_time(scene: Scene, database: Database) -> None:
    event, person = add_event(scene), scene.participant()
    scene.change(Event, event, starts_local="2023-07-10T09:00", ends_local="2023-07-10T09:30")
    at: datetime = scene.now
    with pytest.raises(EventOver):
        say(database, given(event, person), at)
