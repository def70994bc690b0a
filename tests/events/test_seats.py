"""Never above what there is, nobody on two seats, order kept, no seat lost: whatever people do and whenever."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.clock import FixedClock
from core.database.database import Database
from core.people.merging import merge
from core.process.attendance import (
    Given,
    NoRoomForCompanions,
    RegistrationClosed,
    RegistrationNotOpen,
    TooManyCompanions,
    erase_attendance,
    reply,
    stop_waiting,
)
from core.process.changing import change_event
from core.process.seats import Room, Waiting, next_in_line, offer_ends, seats_of
from core.process.tables import Attendance, Event
from core.process.waiting import events_to_tend, tend_waiting_lists
from core.tables import Notice
from tests.events.scene import STARTS, add_event, rows, say
from tests.responses.scene import Scene, build
from tests.support.databases import SqliteDatabases

MODES = ("in-person", "online")


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def given(event: int, person: int, said: str = "in-person", **more: Any) -> Given:
    return Given(event, person, said, "web", invited=True, **more)


def stand(database: Database) -> dict[int, tuple[str, str, bool]]:
    """Reply, waiting list and whether a seat is kept, by participant."""
    return {one.participant_id: (one.reply, one.waits_for, one.offered_until is not None) for one in rows(database)}


def told(database: Database) -> list[tuple[str, int]]:
    def work(session: Any) -> list[tuple[str, int]]:
        return [(one.kind, one.participant_id) for one in session.query(Notice).order_by(Notice.id)]

    return database.read(work)


def test_who_comes_too_late_waits_and_has_the_seat_that_becomes_free(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1}, offer_hours=24)
    first, second, third = (scene.participant() for _ in range(3))
    assert say(database, given(event, first), scene.now).reply == "in-person"
    kept = say(database, given(event, second), scene.now)
    assert (kept.reply, kept.waits_for) == ("waiting", "in-person")
    say(database, given(event, third), scene.now + timedelta(minutes=1))
    say(database, given(event, first, "no"), scene.now + timedelta(minutes=2))
    assert stand(database) == {
        first: ("no", "", False), second: ("waiting", "in-person", True), third: ("waiting", "in-person", False),
    }  # fmt: skip
    assert told(database) == [("seat-offered", second)]
    assert say(database, given(event, second), scene.now + timedelta(hours=1)).reply == "in-person"
    assert stand(database)[second] == ("in-person", "", False)
    assert stand(database)[third] == ("waiting", "in-person", False)


def test_an_offer_that_lapses_goes_to_the_next_one_and_both_are_told(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1}, offer_hours=24)
    first, second, third = (scene.participant() for _ in range(3))
    for number, person in enumerate((first, second, third)):
        say(database, given(event, person), scene.now + timedelta(minutes=number))
    left = scene.now + timedelta(hours=1)
    say(database, given(event, first, "no"), left)
    before, after = left + timedelta(hours=24, seconds=-1), left + timedelta(hours=24)
    assert database.write(lambda session: tend_waiting_lists(session, before)) == 0
    assert database.write(lambda session: tend_waiting_lists(session, after)) == 1
    assert stand(database) == {
        first: ("no", "", False), second: ("lapsed", "", False), third: ("waiting", "in-person", True),
    }  # fmt: skip
    assert told(database) == [("seat-offered", second), ("seat-lapsed", second), ("seat-offered", third)]
    assert database.write(lambda session: tend_waiting_lists(session, after)) == 0


def test_who_follows_online_meanwhile_keeps_that_seat_till_the_other_one_is_theirs(
    scene: Scene, database: Database
) -> None:
    event = add_event(scene, seats={"in-person": 1})
    first, second = scene.participant(), scene.participant()
    say(database, given(event, first), scene.now)
    say(database, given(event, second), scene.now)
    kept = say(database, given(event, second, "online"), scene.now)
    assert (kept.reply, kept.waits_for) == ("online", "in-person")
    say(database, given(event, first, "online"), scene.now)
    assert stand(database)[second] == ("online", "in-person", True)
    assert say(database, given(event, second), scene.now).waits_for == ""
    assert stand(database) == {first: ("online", "", False), second: ("in-person", "", False)}
    kept = say(database, given(event, first), scene.now)
    assert (kept.reply, kept.waits_for) == ("online", "in-person")  # full again: the seat online stays
    assert database.write(lambda session: stop_waiting(session, event, first, scene.now))
    assert not database.write(lambda session: stop_waiting(session, event, first, scene.now))
    assert stand(database)[first] == ("online", "", False)


def test_companions_need_seats_too_and_what_does_not_fit_changes_nothing(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 3}, companions=2)
    first, second, third = (scene.participant() for _ in range(3))
    say(database, given(event, first, companions=1), scene.now)
    assert say(database, given(event, second, companions=1), scene.now).reply == "waiting"
    assert say(database, given(event, third), scene.now).reply == "in-person"  # fits, where the pair does not
    with pytest.raises(NoRoomForCompanions):
        say(database, given(event, third, companions=1), scene.now)
    for count in (-1, 3):
        with pytest.raises(TooManyCompanions):
            say(database, given(event, third, companions=count), scene.now)
    say(database, given(event, third, "no"), scene.now)
    assert stand(database)[second] == ("waiting", "in-person", False)  # one seat is free, they need two
    say(database, given(event, first, companions=0), scene.now)
    assert stand(database)[second] == ("waiting", "in-person", True)


def test_registration_opens_and_closes_and_no_can_always_be_said(scene: Scene, database: Database) -> None:
    event = add_event(scene, opens_local="2023-07-10T09:00", closes_local="2023-07-18T18:00")
    person, other = scene.participant(), scene.participant()
    opens, closes = datetime.fromisoformat("2023-07-10T07:00+00:00"), datetime.fromisoformat("2023-07-18T16:00+00:00")
    with pytest.raises(RegistrationNotOpen) as early:
        say(database, given(event, person), opens - timedelta(seconds=1))
    assert "10.07.2023" in str(early.value)
    assert "09:00" in str(early.value)
    say(database, given(event, person), opens)
    with pytest.raises(RegistrationClosed):
        say(database, given(event, other), closes)
    say(database, given(event, person, needs="una rampa"), closes)  # who has a seat may still say more
    say(database, given(event, person, "no"), closes)
    with pytest.raises(RegistrationClosed):
        say(database, given(event, person), closes)
    assert say(database, Given(event, other, "in-person", "staff", invited=True), closes).reply == "in-person"


def test_more_seats_and_a_smaller_room(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1}, overbooking=0)
    people = [scene.participant() for _ in range(4)]
    for number, person in enumerate(people):
        say(database, given(event, person), scene.now + timedelta(minutes=number))
    assert not database.write(lambda session: change_event(session, event, {"seats": {"in-person": 2}}, scene.now))
    assert [stand(database)[one] for one in people[1:3]] == [
        ("waiting", "in-person", True), ("waiting", "in-person", False),
    ]  # fmt: skip
    database.write(lambda session: change_event(session, event, {"overbooking": 50}, scene.now))
    assert stand(database)[people[2]] == ("waiting", "in-person", True)
    database.write(
        lambda session: change_event(session, event, {"seats": {"in-person": 1}, "overbooking": 0}, scene.now)
    )
    assert stand(database)[people[0]] == ("in-person", "", False)  # nobody is sent away


def test_a_change_that_calendars_show_is_counted_and_told_to_who_comes_or_waits(
    scene: Scene, database: Database
) -> None:
    event = add_event(scene, seats={"in-person": 1})
    comes, waits, maybe, no = (scene.participant() for _ in range(4))
    for person, said in ((comes, "in-person"), (waits, "in-person"), (maybe, "maybe"), (no, "no")):
        say(database, given(event, person, said), scene.now)

    def change(**values: Any) -> bool:
        return database.write(lambda session: change_event(session, event, values, scene.now))

    assert not change(summary={"it": "altro"})
    assert not change(place="Torino")
    assert change(place="Ivrea")
    assert change(cancelled=True)
    assert change(place="Susa")  # of what does not take place nobody is told more
    assert told(database) == [
        ("event-changed", comes), ("event-changed", waits), ("event-cancelled", comes), ("event-cancelled", waits),
    ]  # fmt: skip
    row = database.read(lambda session: session.get_one(Event, event))
    assert (row.sequence, row.changed_at) == (3, scene.now)


def test_who_has_a_seat_keeps_it_and_may_say_more_in_a_room_that_became_too_small(
    scene: Scene, database: Database
) -> None:
    event = add_event(scene, seats={"in-person": 4, "online": 2}, companions=2)
    first, second = scene.participant(), scene.participant()
    for person in (first, second):
        say(database, given(event, person, companions=1), scene.now)
    database.write(lambda s: change_event(s, event, {"seats": {"in-person": 1, "online": 0}}, scene.now))
    assert not say(database, given(event, first), scene.now).written
    assert say(database, given(event, first, needs="una rampa"), scene.now).written
    assert say(database, given(event, first, companions=0), scene.now).reply == "in-person"
    with pytest.raises(NoRoomForCompanions):
        say(database, given(event, first, companions=1), scene.now)
    kept = say(database, given(event, second, "online"), scene.now)  # full too: they keep the seat they have
    assert (kept.reply, kept.waits_for) == ("in-person", "online")


def test_more_companions_than_an_offer_has_seats_for_change_nothing(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1}, companions=2)
    first, second, third = (scene.participant() for _ in range(3))
    for number, person in enumerate((first, second, third)):
        say(database, given(event, person), scene.now + timedelta(minutes=number))
    say(database, given(event, first, "no"), scene.now + timedelta(minutes=5))
    with pytest.raises(NoRoomForCompanions):
        say(database, given(event, second, companions=1), scene.now + timedelta(minutes=6))
    assert stand(database)[second] == ("waiting", "in-person", True)
    assert stand(database)[third] == ("waiting", "in-person", False)


def test_who_left_the_list_and_came_back_is_told_of_the_next_offer_too(scene: Scene, database: Database) -> None:
    event, near = add_event(scene, seats={"in-person": 1}), STARTS - timedelta(hours=5)
    first, second = scene.participant(), scene.participant()
    said_by = [(first, "in-person"), (second, "in-person"), (first, "no"), (second, "no")]
    for minute, (person, said) in enumerate([*said_by, (first, "in-person"), (second, "in-person"), (first, "no")]):
        say(database, given(event, person, said), near + timedelta(minutes=minute))
    assert told(database) == [("seat-offered", second)] * 2


def test_somebody_who_was_merged_while_they_waited_is_told_under_the_name_that_remains(
    scene: Scene, database: Database
) -> None:
    event = add_event(scene, seats={"in-person": 1}, offer_hours=1)
    first, waits, remains = (scene.participant() for _ in range(3))
    say(database, given(event, first), scene.now)
    say(database, given(event, waits), scene.now)
    database.write(lambda session: merge(session, waits, remains, scene.now))
    say(database, given(event, first, "no"), scene.now + timedelta(minutes=1))
    later = scene.now + timedelta(hours=2)
    assert database.write(lambda session: tend_waiting_lists(session, later)) == 1
    assert told(database) == [("seat-offered", remains), ("seat-lapsed", remains)]


def test_no_place_is_offered_in_a_mode_that_is_not_there_any_more(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1})
    first, second = scene.participant(), scene.participant()
    say(database, given(event, first), scene.now)
    say(database, given(event, second), scene.now)
    assert database.write(lambda s: change_event(s, event, {"modes": ["online"], "seats": {}}, scene.now))
    assert stand(database)[second] == ("waiting", "in-person", False)
    assert told(database) == [("event-changed", first), ("event-changed", second)]


def test_a_waiting_list_without_work_is_left_alone(scene: Scene, database: Database) -> None:
    event = add_event(scene, seats={"in-person": 1})
    first, second = scene.participant(), scene.participant()
    say(database, given(event, first), scene.now)
    say(database, given(event, second), scene.now)

    def work(at: datetime) -> list[int]:
        return database.read(lambda session: events_to_tend(session, at))

    assert work(scene.now) == []
    database.write(lambda session: erase_attendance(session, [first]))
    assert work(scene.now) == [event]
    assert work(STARTS) == work(STARTS + timedelta(days=30)) == []
    database.write(lambda session: tend_waiting_lists(session, scene.now))
    assert stand(database) == {second: ("waiting", "in-person", True)}
    assert work(scene.now) == []


def test_the_link_alone_is_told_to_who_follows_online(scene: Scene, database: Database) -> None:
    event = add_event(scene)
    hall, online = scene.participant(), scene.participant()
    say(database, given(event, hall), scene.now)
    say(database, given(event, online, "online"), scene.now)
    assert database.write(lambda s: change_event(s, event, {"link": "https://meet.example.org/x"}, scene.now))
    assert told(database) == [("event-changed", online)]


@pytest.mark.parametrize(("overbooking", "seats"), [(0, 10), (15, 11), (100, 20)])
def test_seats_with_overbooking_are_rounded_down(overbooking: int, seats: int) -> None:
    assert seats_of({"in-person": 10}, overbooking, "in-person") == seats
    assert seats_of({"in-person": 10}, overbooking, "online") is None


def test_the_line_is_kept_and_who_needs_more_is_passed_over() -> None:
    line = [Waiting(1, 2), Waiting(2, 1), Waiting(3, 1)]
    assert [one.attendance_id for one in next_in_line(Room(10, 9), line)] == [2]
    assert [one.attendance_id for one in next_in_line(Room(10, 7), line)] == [1, 2]
    assert next_in_line(Room(None, 7), line) == line
    assert (Room(10, 12).free, Room(None).free) == (0, None)
    assert offer_ends(STARTS - timedelta(hours=5), 48, STARTS) == STARTS
    assert offer_ends(STARTS - timedelta(hours=50), 48, STARTS) == STARTS - timedelta(hours=2)


@cache
def migrated() -> SqliteDatabases:
    return SqliteDatabases(Path(tempfile.mkdtemp(prefix="hall-")))


class Hall(RuleBasedStateMachine):
    """People come, go, change their minds and let offers lapse; the hall and the line online are small."""

    people = st.integers(0, 7)

    def __init__(self) -> None:
        super().__init__()
        self.made = migrated().fresh()
        self.database = Database(self.made.__enter__())
        self.now = datetime.fromisoformat("2023-07-06T08:00+00:00")
        self.scene = build(self.database, self.now)
        self.limits = {"in-person": 3, "online": 2}
        self.event = add_event(self.scene, seats=dict(self.limits), companions=2, offer_hours=6)
        self.persons = [self.scene.participant() for _ in range(8)]
        self.taken = dict.fromkeys(MODES, 0)

    @rule(person=people, said=st.sampled_from([*MODES, "maybe", "no"]), companions=st.none() | st.integers(0, 2))
    def says(self, person: int, said: str, companions: int | None) -> None:
        answer = given(self.event, self.persons[person], said, companions=companions)
        before = stand(self.database)
        try:
            self.database.write(lambda session: reply(session, answer, self.now))
        except NoRoomForCompanions:
            assert stand(self.database) == before
        self.now += timedelta(minutes=1)

    @rule(person=people)
    def waits_no_more(self, person: int) -> None:
        self.database.write(lambda session: stop_waiting(session, self.event, self.persons[person], self.now))
        self.now += timedelta(minutes=1)

    @rule(hours=st.sampled_from([1, 5, 7]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.database.write(lambda session: tend_waiting_lists(session, self.now))

    @rule(person=people)
    def says_the_same_again(self, person: int) -> None:
        """Whoever has a seat or an offer is never refused what they have."""
        before = stand(self.database)
        stands, waits_for, offered = before.get(self.persons[person], ("", "", False))
        if stands in MODES and not waits_for:
            answer = given(self.event, self.persons[person], stands)
            self.database.write(lambda session: reply(session, answer, self.now))
            assert stand(self.database) == before
        assert told(self.database).count(("seat-offered", self.persons[person])) >= offered

    @precondition(lambda self: self.limits["in-person"] > 1)
    @rule()
    def a_smaller_hall(self) -> None:
        self.limits["in-person"] -= 1
        values = {"seats": dict(self.limits)}
        self.database.write(lambda session: change_event(session, self.event, values, self.now))

    @precondition(lambda self: self.limits["in-person"] < 6)
    @rule()
    def a_larger_hall(self) -> None:
        self.limits["in-person"] += 1
        values = {"seats": dict(self.limits)}
        self.database.write(lambda session: change_event(session, self.event, values, self.now))

    @invariant()
    def nobody_stands(self) -> None:
        kept = rows(self.database)
        assert len({one.participant_id for one in kept}) == len(kept)
        for mode in MODES:
            seated = sum(1 + one.companions for one in kept if one.reply == mode)
            offered = sum(1 + one.companions for one in kept if one.waits_for == mode and one.offered_until)
            assert seated + offered <= max(self.limits[mode], self.taken[mode])  # nobody is sent away
            self.taken[mode] = seated + offered
            waiting = sorted(
                (one for one in kept if one.waits_for == mode), key=lambda one: (one.waiting_since, one.id)
            )
            free = max(0, self.limits[mode] - seated - offered)
            assert all(1 + one.companions > free for one in waiting if not one.offered_until)  # no seat is lost
            self._in_order(waiting)

    def _in_order(self, waiting: list[Attendance]) -> None:
        """Of those who need as many seats, none has an offer before one who waits longer."""
        for count in (1, 2, 3):
            offers = [one.offered_until is not None for one in waiting if 1 + one.companions == count]
            assert offers == sorted(offers, reverse=True)

    def teardown(self) -> None:
        self.database.close()
        self.made.__exit__(None, None, None)


TestHall = Hall.TestCase
TestHall.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
