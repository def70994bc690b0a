"""Changes of an interview that people are told of; who appeared and who did not; interviewers of several events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.database.database import Database
from core.people.merging import merge
from core.process.appointments.booking import Asking, cancel, mark_held
from core.process.appointments.errors import NoAppointment, SlotTaken
from core.process.appointments.interviewers import NewInterviewer, change_interviewer
from core.process.appointments.reading import appointment_of, free_slots
from core.process.appointments.tables import Interviewer, Slot
from core.process.changing import change_event
from core.process.tables import Event, Office, Process
from core.staff.tables import Account
from tests.dates.scene import MORNING, add_interviewer, book, booked, interviews, slots, told
from tests.events.scene import add_event
from tests.events.test_rule import names
from tests.responses.scene import Scene, build

AFTERWARDS = timedelta(days=11)


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def change(scene: Scene, event: int, **values: Any) -> None:
    scene.database.write(lambda session: change_event(session, event, values, scene.now))


def moved_to(scene: Scene, event: int, interviewer: int, **more: Any) -> None:
    """The office changes something of Ada."""
    usual = {"name": "Ada Conti", "minutes": 45, "available": [MORNING], "after": 15, "place": "Room 3"}
    new = NewInterviewer(**{**usual, **more})
    scene.database.write(lambda session: change_interviewer(session, event, new, interviewer, scene.now))


def test_a_changed_place_and_an_event_that_takes_place_after_all_are_told(scene: Scene) -> None:
    event = interviews(scene)
    bruno = add_interviewer(scene, event, "Bruno Rossi", place="")
    first, second = scene.participant(), scene.participant()
    statement = select(Slot.interviewer_id, func.min(Slot.id)).group_by(Slot.interviewer_id)
    earliest = {row[0]: row[1] for row in scene.database.read(lambda s: s.execute(statement).all())}
    book(scene, event, first, earliest[1])
    book(scene, event, second, earliest[bruno])
    before = len(told(scene))
    moved_to(scene, event, 1, available=[MORNING, MORNING])
    assert len(told(scene)) == before, "more times concern nobody"
    moved_to(scene, event, 1, place="Room 5")
    moved_to(scene, event, 1, place="Room 5")
    assert told(scene)[before:] == [("appointment-changed", first)]
    change(scene, event, place="Pinerolo")
    assert told(scene)[before + 1 :] == [("appointment-changed", second)], "the first has a room of their own"
    change(scene, event, summary={"en": "More about it"})
    assert len(told(scene)) == before + 2
    change(scene, event, cancelled=True)
    change(scene, event, cancelled=False)
    assert told(scene)[before + 2 :] == [
        ("event-cancelled", first), ("event-cancelled", second),
        ("appointment-changed", first), ("appointment-changed", second),
    ]  # fmt: skip


def test_who_did_not_appear_may_choose_another_time(scene: Scene) -> None:
    event = interviews(scene)
    person, free = scene.participant(name="Ada"), slots(scene)
    made = book(scene, event, person, free[0])
    assert names(scene, "appointment: plan/interviews") == ["Ada"]
    later = scene.now + timedelta(days=10, minutes=15)
    scene.database.write(lambda session: mark_held(session, event, made, "not-held", later))
    assert names(scene, "any: [{appointment: plan/interviews}, {appointment_held: plan/interviews}]") == []
    assert scene.database.read(lambda session: appointment_of(session, person, event)) is None
    with pytest.raises(NoAppointment):
        scene.database.write(lambda session: cancel(session, Asking(event, person, "web", invited=True), later))
    assert book(scene, event, person, free[2], now=later) == made
    assert told(scene)[-1] == ("appointment-confirmed", person)
    assert booked(scene) == {person: free[2]}
    scene.database.write(lambda session: mark_held(session, event, made, "held", scene.now + AFTERWARDS))
    assert names(scene, "appointment_held: plan/interviews") == ["Ada"]


def test_of_two_who_were_merged_that_appointment_is_cancelled_which_staff_pressed(scene: Scene) -> None:
    event = interviews(scene)
    gone, kept, free = scene.participant(), scene.participant(), slots(scene)
    first, second = book(scene, event, gone, free[0]), book(scene, event, kept, free[1])
    other = book(scene, event, scene.participant(), free[2])
    scene.database.write(lambda session: merge(session, gone, kept, scene.now))
    asking = Asking(event, kept, "staff", invited=True)
    with pytest.raises(NoAppointment):
        scene.database.write(lambda session: cancel(session, asking, scene.now, other))
    scene.database.write(lambda session: cancel(session, asking, scene.now, second))
    assert booked(scene)[gone] == free[0] and booked(scene)[kept] is None and first


@pytest.mark.parametrize("by_account", ["", "metro", "other"])
def test_an_interviewer_of_two_events_is_in_one_place_at_a_time(scene: Scene, by_account: str) -> None:
    """Also where they sign in with one account for two offices; a name alone is no account of another office."""
    event = interviews(scene)
    account = None
    if by_account:
        values = {"email": "ada@example.org", "name": "Ada", "password": "", "language": "it"}
        account = scene.insert(Account, created_at=scene.now, **values)
    talks = _second(scene, "Ada Conti" if not by_account else "Dott.ssa Conti", account)
    if by_account:
        scene.change(Interviewer, 1, account_id=account)
    if by_account == "other":
        other = scene.insert(Office, slug="other", name="Other", kind="municipality")
        theirs = scene.insert(Process, office_id=other, slug="o", title={"en": "O"}, summary={}, languages=["it"],
                              time_zone="Europe/Rome", send_window={}, retention={})  # fmt: skip
        scene.change(Event, talks, process_id=theirs)

    def free(which: int) -> list[str]:
        found = scene.database.read(lambda session: free_slots(session, which, scene.now))
        return [f"{one.starts:%H:%M}" for one in found]

    assert free(talks) == free(event) == ["09:00", "10:00", "11:00"]
    taken, person = slots(scene)[2], scene.participant()  # of both at ten, the first event's
    book(scene, event, person, taken)
    if by_account == "other":
        scene.change(Interviewer, 1, account_id=None, name="Dott.ssa Conti")
        assert free(talks) == ["09:00", "10:00", "11:00"], "somebody else of this name"
        scene.change(Interviewer, 1, account_id=account)
    assert free(talks) == ["09:00", "11:00"] and free(event) == ["09:00", "11:00"]
    slots_of_talks = select(Slot.id).where(Slot.event_id == talks).order_by(Slot.starts_at)
    _, at_ten, _ = scene.database.read(lambda session: session.scalars(slots_of_talks).all())
    with pytest.raises(SlotTaken):
        book(scene, talks, person, at_ten)
    change(scene, event, cancelled=True)
    assert free(talks) == ["09:00", "10:00", "11:00"], "what does not take place takes no time"
    assert scene.database.read(lambda s: s.scalar(select(func.count()).select_from(Slot))) == 6


def _second(scene: Scene, name: str, account: int | None) -> int:
    times = {"starts_local": "2023-07-20T09:00", "ends_local": "2023-07-21T18:00"}
    talks = add_event(scene, "talks", kind="appointment", **times)
    add_interviewer(scene, talks, name, account_id=account)
    return talks
