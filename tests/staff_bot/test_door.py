"""The numbers of the day's event, counted again by a button and edited in place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.people.store import NewMember, add_member
from core.process.attendance import Given, reply
from core.process.door.acting import Wanted, act
from core.process.door.settling import Kind
from core.process.events import load_event
from core.process.tables import Event
from tests.staff_bot.stage import NOON, StaffStage, labels
from tests.staff_bot.test_asking import press_data

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the counts are tested on both
BEFORE = NOON - timedelta(hours=2)


def event_today(stage: StaffStage) -> int:
    def work(session: Session) -> int:
        times = {"starts_local": "2023-07-03T12:30", "ends_local": "2023-07-03T17:00"}
        session.execute(update(Event).values(**times, online=True, seats={"in-person": 5}, companions=2))
        return 1

    return stage.database.write(work)


def guests(stage: StaffStage, event: int, *replies: tuple[str, int]) -> list[int]:
    def work(session: Session) -> list[int]:
        people = []
        for said, companions in replies:
            people.append(add_member(session, stage.rows.office, NewMember("test", "consent", "en"), BEFORE))
            reply(session, Given(event, people[-1], said, "web", companions=companions), BEFORE)
        return people

    return stage.database.write(work)


def comes(stage: StaffStage, event: int, person: int, kind: Kind = Kind.IN) -> None:
    def work(session: Session) -> None:
        wanted = Wanted(f"{kind}-{person}", kind, person, "name")
        act(session, load_event(session, event), wanted, stage.clock.now())

    stage.database.write(work)


async def test_how_many_came_is_counted_again_in_place(stage: StaffStage) -> None:
    event = event_today(stage)
    people = guests(stage, event, ("in-person", 1), ("in-person", 2), ("online", 0), ("in-person", 0))
    carla = await stage.linked("Carla", "doorkeeper")
    menu = await stage.say(carla, "/start")
    assert "🚪 Check-in" in labels(menu) and "🗳 Polls" not in labels(menu)
    shown = await stage.press(carla, "🚪 Check-in")
    for words in (
        "Lancio", "Expected in person: 5", "Came in person: 0 (of 5 places)", "Still expected: 5", "Expected online: 1",
        "Came online: 0", "On the waiting list: 1", "As of 12:00:00",
    ):  # fmt: skip
        assert words in shown["text"], words
    comes(stage, event, people[0])
    comes(stage, event, people[2], Kind.ONLINE)
    stage.clock.advance(timedelta(seconds=90))
    again = await stage.press(carla, "🔄 As it is now")
    assert again["id"] == shown["id"], "in place"
    for words in ("Came in person: 1", "Still expected: 3", "Came online: 1", "As of 12:01:30"):
        assert words in again["text"], words
    assert not stage.audit()[1:], "who only looks has done nothing"


async def test_where_no_event_is_the_next_one_is_told_and_of_several_one_is_chosen(stage: StaffStage) -> None:
    carla = await stage.linked("Carla", "doorkeeper")
    shown = await stage.say(carla, "/door")
    assert "No event takes place today." in shown["text"] and "Lancio, Wed 27 September 2023" in shown["text"]
    event_today(stage)

    def second(session: Session) -> None:
        session.add(
            Event(
                process_id=stage.rows.process, slug="night", kind="event", title={"it": "Sera"}, summary={},
                starts_local="2023-07-03T20:00", ends_local="2023-07-03T21:00",
            )
        )  # fmt: skip

    stage.database.write(second)
    shown = await stage.press(carla, "🔄 As it is now")
    assert labels(shown) == ["12:30 Lancio", "20:00 Sera"]
    assert "The door opens Mon 3 July 2023, 17:00." in (await stage.press(carla, "20:00 Sera"))["text"]
    stage.database.write(lambda s: s.execute(update(Event).values(cancelled=True)))
    assert "No event takes place today." in (await stage.say(carla, "/door"))["text"]


async def test_the_door_of_another_office_is_not_there(stage: StaffStage) -> None:
    event = event_today(stage)
    stage.other_office()
    otto, rita = await stage.person(902), await stage.linked("Rita", "reviewer")
    await stage.say(otto, f"/start {stage.code(stage.account('Otto', 'doorkeeper', 'other'))}")
    for person in (otto, rita):
        menu = await stage.say(person, "/start")
        for data in (f"door:{event}", "door:999", "door:x"):
            assert (await press_data(stage, person, menu, data))["text"].startswith("⚠️"), data
    assert "No event takes place today." in (await stage.say(otto, "/door"))["text"]
    assert "Your role does not allow this" in (await stage.say(rita, "/door"))["text"]
