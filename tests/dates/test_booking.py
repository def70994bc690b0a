"""One slot, one person: chosen, moved and cancelled, by many at once, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.errors import Problem
from core.people.erasing import erase_person
from core.people.merging import merge
from core.people.my_data import export_person
from core.process.appointments.booking import Asking, block, cancel, choose, mark_held
from core.process.appointments.errors import (
    ChangesClosed,
    HeldAlready,
    InterviewerKnown,
    InterviewerWrong,
    NoAppointment,
    NotHeldYet,
    SlotOver,
    SlotTaken,
    SlotUnknown,
)
from core.process.appointments.interviewers import NewInterviewer, set_change_hours, set_interviewer
from core.process.appointments.reading import all_slots, appointment_of, free_slots
from core.process.appointments.reminding import remind, reminders_due, still_true
from core.process.appointments.slots import Window
from core.process.appointments.tables import Appointment
from core.process.attendance import EventCalledOff
from core.process.changing import change_event
from core.process.tables import Event
from core.process.who import NotInvited
from core.tables import Notice
from tests.dates.scene import DAY, MORNING, add_interviewer, book, booked, interviews, slots, told
from tests.responses.scene import Scene, build
from tests.support.races import meet

TEN = datetime.fromisoformat("2023-07-20T07:00+00:00")  # nine o'clock in Turin: the first slot


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def give_back(scene: Scene, event: int, person: int, door: str = "web", now: datetime | None = None) -> None:
    asking = Asking(event, person, door, invited=True)
    scene.database.write(lambda session: cancel(session, asking, now or scene.now))


def test_a_slot_is_chosen_moved_and_given_back(scene: Scene) -> None:
    event, ada, bruno = interviews(scene), scene.participant(), scene.participant()
    nine, ten, eleven = slots(scene)
    assert [f"{one.starts:%H:%M}" for one in scene.database.read(lambda s: free_slots(s, event, scene.now))] == [
        "09:00", "10:00", "11:00",
    ]  # fmt: skip
    book(scene, event, ada, nine)
    book(scene, event, ada, nine)
    with pytest.raises(SlotTaken):
        book(scene, event, bruno, nine)
    book(scene, event, ada, ten)
    book(scene, event, bruno, nine)
    give_back(scene, event, ada)
    with pytest.raises(NoAppointment):
        give_back(scene, event, ada)
    assert booked(scene) == {ada: None, bruno: nine}
    book(scene, event, ada, eleven)
    assert told(scene) == [
        ("appointment-confirmed", ada), ("appointment-moved", ada), ("appointment-confirmed", bruno),
        ("appointment-cancelled", ada), ("appointment-confirmed", ada),
    ]  # fmt: skip
    facts = scene.database.read(lambda session: appointment_of(session, ada))
    assert facts is not None and (facts.place, facts.interviewer, facts.sequence) == ("Room 3", "Ada Conti", 3)
    assert (facts.starts, facts.ends) == (
        datetime.fromisoformat("2023-07-20T11:00"),
        datetime.fromisoformat("2023-07-20T11:45"),
    )
    assert scene.database.read(lambda session: appointment_of(session, 999)) is None


def test_people_may_change_till_some_hours_before_staff_till_it_begins(scene: Scene) -> None:
    event, ada = interviews(scene), scene.participant()
    nine, ten, _ = slots(scene)
    scene.database.write(lambda session: set_change_hours(session, event, 5))
    book(scene, event, ada, nine)
    late = TEN - timedelta(hours=5)
    for door in ("web", "chat"):
        with pytest.raises(ChangesClosed):
            book(scene, event, ada, ten, door=door, now=late)
        with pytest.raises(ChangesClosed):
            give_back(scene, event, ada, door, late)
    book(scene, event, ada, ten, door="staff", now=late)
    begun = TEN + timedelta(hours=1)
    with pytest.raises(HeldAlready):
        give_back(scene, event, ada, "staff", begun)
    with pytest.raises(SlotOver):
        book(scene, event, scene.participant(), nine, door="staff", now=begun)
    assert booked(scene) == {ada: ten}


def test_what_cannot_be_chosen(scene: Scene) -> None:
    event, ada, stranger = interviews(scene), scene.participant(), scene.participant(left_at=scene.now)
    nine, ten, _ = slots(scene)
    scene.database.write(lambda session: block(session, event, nine, blocked=True))
    for slot in (nine, 999):
        with pytest.raises(SlotUnknown):
            book(scene, event, ada, slot)
    asking = Asking(event, stranger, "chat")
    with pytest.raises(NotInvited):
        scene.database.write(lambda session: choose(session, asking, ten, scene.now))
    scene.change(Event, event, cancelled=True)
    with pytest.raises(EventCalledOff):
        book(scene, event, ada, ten)
    scene.change(Event, event, cancelled=False)
    scene.database.write(lambda session: block(session, event, nine, blocked=False))
    book(scene, event, ada, nine)
    with pytest.raises(SlotTaken):
        scene.database.write(lambda session: block(session, event, nine, blocked=True))
    with pytest.raises(SlotUnknown):
        scene.database.write(lambda session: block(session, event, 999, blocked=True))


async def test_of_many_who_press_one_slot_at_once_one_has_it(scene: Scene, database_url: str) -> None:
    """Three processes, as it were, each with a group of presses that share a commit."""
    event, people = interviews(scene), [scene.participant() for _ in range(24)]
    nine = slots(scene)[0]
    doors = [Database(database_url) for _ in range(3)]

    def press(person: int) -> Callable[[Session], int]:
        return lambda session: choose(session, Asking(event, person, "web", invited=True), nine, scene.now)

    async def try_it(number: int, person: int) -> bool:
        try:
            await doors[number % 3].shared(press(person), key=f"participant:{person}")
        except SlotTaken:
            return False
        return True

    got = await asyncio.gather(*(try_it(number, person) for number, person in enumerate(people)))
    for one in doors:
        one.close()
    assert sum(got) == 1
    assert booked(scene) == {people[got.index(True)]: nine}
    assert len(told(scene)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_whoever_comes_while_another_has_it_in_hand_waits_and_is_told(scene: Scene, database: Database) -> None:
    event, first, second = interviews(scene), scene.participant(), scene.participant()
    nine = slots(scene)[0]

    def press(person: int) -> Callable[[Session], int]:
        return lambda session: choose(session, Asking(event, person, "web", invited=True), nine, scene.now)

    other = meet(database, press(first), press(second))
    with pytest.raises(SlotTaken):
        other.result()
    assert booked(scene) == {first: nine}


def test_two_who_exchange_their_slots_at_once_lose_none(scene: Scene, database: Database) -> None:
    event, people = interviews(scene), [scene.participant() for _ in range(3)]
    nine, ten, eleven = slots(scene)
    book(scene, event, people[0], nine)
    book(scene, event, people[1], ten)

    def move(which: tuple[int, int]) -> bool:
        try:
            book(scene, event, *which)
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        wanted = [(people[0], eleven), (people[1], eleven), (people[2], nine), (people[2], ten)] * 3
        list(pool.map(move, wanted))
    kept = [slot for slot in booked(scene).values() if slot is not None]
    assert len(kept) == len(set(kept)) == 3


def test_when_somebody_has_other_times_booked_slots_stay_and_keep_their_pauses(scene: Scene) -> None:
    event, ada = interviews(scene), scene.participant()
    ten = slots(scene)[1]
    book(scene, event, ada, ten)
    host = scene.database.read(lambda session: all_slots(session, event))[0].interviewer_id

    def times() -> list[str]:
        return [f"{one.starts:%H:%M}" for one in scene.database.read(lambda session: all_slots(session, event))]

    half_past = Window(DAY, time(9, 30), time(12, 30))
    new = NewInterviewer("Ada Conti", 30, [half_past], after=10)
    scene.database.write(lambda session: set_interviewer(session, event, new, host))
    assert times() == ["10:00", "10:55", "11:35"]
    scene.database.write(lambda session: set_interviewer(session, event, NewInterviewer("Ada Conti", 30, []), host))
    assert times() == ["10:00"]
    give_back(scene, event, ada)
    assert times() == [], "what was kept for them alone goes with them"


def test_interviewers_are_looked_at_before_they_are_kept(scene: Scene) -> None:
    event = interviews(scene)
    for wrong in ({"name": ""}, {"name": "B", "minutes": 4}, {"name": "B", "before": 241}):
        with pytest.raises(InterviewerWrong):
            add_interviewer(scene, event, **wrong)
    with pytest.raises(InterviewerKnown):
        add_interviewer(scene, event)
    assert add_interviewer(scene, event, "Bruno Rossi", available=[MORNING])
    assert len(slots(scene)) == 6


def test_reminders_are_due_a_day_before_and_told_once_never_after_the_start(scene: Scene) -> None:
    event, ada, bruno = interviews(scene), scene.participant(), scene.participant()
    nine, ten, eleven = slots(scene)
    book(scene, event, ada, nine)
    a_day = TEN - timedelta(days=1)

    def tell(now: datetime) -> int:
        return scene.database.write(lambda session: remind(session, now))

    assert tell(a_day - timedelta(seconds=1)) == 0
    assert tell(a_day) == 1
    assert tell(a_day) == 0
    book(scene, event, bruno, ten, now=a_day + timedelta(hours=2))  # less than a day before: it was just confirmed
    assert scene.database.read(lambda session: reminders_due(session, TEN + timedelta(days=1))) == []
    carla, dario = scene.participant(), scene.participant()
    book(scene, event, carla, eleven)
    assert tell(TEN + timedelta(hours=2)) == 0, "the service was off till it had begun"
    assert scene.database.read(lambda session: reminders_due(session, TEN + timedelta(days=1))) == []
    assert [one for one in told(scene) if one[0] == "appointment-reminder"] == [("appointment-reminder", ada)]
    add_interviewer(scene, event, "Bruno Rossi")
    book(scene, event, dario, slots(scene)[1])
    scene.change(Event, event, cancelled=True)
    assert tell(a_day) == 0


def test_a_notice_leaves_only_while_it_is_true(scene: Scene) -> None:
    event, ada = interviews(scene), scene.participant()
    nine, ten, _ = slots(scene)
    book(scene, event, ada, nine)
    book(scene, event, ada, ten)
    found = select(Notice).order_by(Notice.id)
    confirmed, moved = scene.database.read(lambda session: session.scalars(found).all())

    def true(notice: Any, now: datetime) -> bool:
        return scene.database.read(lambda session: still_true(session, notice.kind, notice.values, now))

    assert not true(confirmed, scene.now), "it was moved meanwhile"
    assert true(moved, TEN + timedelta(minutes=59))
    assert not true(moved, TEN + timedelta(hours=1)), "it has begun"
    change = {"cancelled": True}
    scene.database.write(lambda session: change_event(session, event, change, scene.now))
    assert not true(moved, scene.now)
    assert told(scene)[-1] == ("event-cancelled", ada)


def test_held_or_not_is_said_once_it_has_begun(scene: Scene) -> None:
    event, ada = interviews(scene), scene.participant()
    made = book(scene, event, ada, slots(scene)[0])

    def mark(held: str, now: datetime, appointment: int = made) -> None:
        scene.database.write(lambda session: mark_held(session, event, appointment, held, now))

    with pytest.raises(NotHeldYet):
        mark("held", scene.now)
    for wrong in (("perhaps", made), ("held", 999)):
        with pytest.raises(NoAppointment):
            mark(wrong[0], TEN, wrong[1])
    mark("not-held", TEN)
    mark("held", TEN)
    statement = select(Appointment.held)
    assert scene.database.read(lambda session: session.scalars(statement).all()) == ["held"]


def test_of_people_merged_the_first_appointment_stands(scene: Scene) -> None:
    event, ada, also = interviews(scene), scene.participant(), scene.participant()
    nine, ten, _ = slots(scene)
    book(scene, event, also, nine)
    scene.database.write(lambda session: merge(session, also, ada, scene.now))
    book(scene, event, ada, ten)
    assert booked(scene) == {also: ten}
    facts = scene.database.read(lambda session: appointment_of(session, ada))
    assert facts is not None and facts.starts.hour == 10
    with scene.database.engine.connect() as connection:
        told_to = connection.execute(select(Notice.participant_id).order_by(Notice.id)).scalars().all()
    assert told_to == [also, ada], "before they were merged, and after"


def test_it_is_part_of_somebodys_data_and_goes_with_them(scene: Scene) -> None:
    event, ada = interviews(scene), scene.participant()
    nine = slots(scene)[0]
    book(scene, event, ada, nine)
    known = scene.database.read(lambda session: export_person(session, ada))["appointments"]
    assert [(one["with"], one["starts"]) for one in known] == [("Ada Conti", "2023-07-20T07:00:00+00:00")]
    scene.database.write(lambda session: erase_person(session, ada, [], scene.now))
    assert booked(scene) == {} and told(scene) == []
    assert nine in [one.id for one in scene.database.read(lambda session: free_slots(session, event, scene.now))]
    with pytest.raises(Problem):
        book(scene, event, ada, nine)
