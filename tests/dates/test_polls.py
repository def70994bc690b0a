"""Dates looked for together: asked, answered, chosen; the proposal is pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.people.erasing import erase_person
from core.people.merging import merge
from core.people.my_data import export_person
from core.process.attendance import Given
from core.process.dates.choosing import Tally, order, propose
from core.process.dates.errors import (
    DateChosenAlready,
    DateNotOffered,
    DatePollUnknown,
    DatesClosed,
    DatesNeedTitle,
    DeadlinePassed,
    NobodyAsked,
    NotAskedForDates,
    NotDates,
)
from core.process.dates.polling import NewPoll, Span, add_asked, add_poll, answer, ask, choose, close
from core.process.dates.reading import answers_of, grid, poll_facts, tallies
from core.process.tables import Event
from tests.dates.scene import add_dates, told
from tests.events.scene import add_event, say
from tests.responses.scene import Scene, build


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def give(scene: Scene, option: int, person: int, what: str, now: datetime | None = None) -> None:
    scene.database.write(lambda s: answer(s, option, person, (what, "web"), now or scene.now))


TALLIES = st.lists(
    st.builds(
        Tally, st.integers(1, 99), st.sampled_from(["2023-07-18T15:00", "2023-07-19T15:00", "2023-07-20T15:00"]),
        st.integers(0, 4), st.integers(0, 4), st.integers(0, 4),
    ),
    unique_by=lambda one: one.option_id,
)  # fmt: skip


@given(TALLIES)
def test_the_proposal_is_better_than_every_other_date(found: list[Tally]) -> None:
    best = propose(found)
    assert order(found) == order(reversed(found))
    if best is None:
        assert not any(one.yes or one.maybe for one in found)
        return
    for one in found:
        if one.yes or one.maybe:
            assert (best.yes, -best.no) >= (one.yes, -one.no)
            if (best.yes, best.no) == (one.yes, one.no):
                assert best.starts <= one.starts


def test_most_yes_then_fewest_no_then_the_earliest() -> None:
    late, early = Tally(1, "2023-07-20", 2, 1, 0), Tally(2, "2023-07-18", 2, 1, 0)
    fewer, more_no = Tally(3, "2023-07-17", 1, 9, 0), Tally(4, "2023-07-16", 2, 0, 1)
    assert order([late, early, fewer, more_no]) == [early, late, more_no, fewer]
    assert propose([Tally(1, "2023-07-20", 0, 0, 3)]) is None


def test_people_answer_and_change_their_minds_and_the_grid_says_so(scene: Scene) -> None:
    ada, bruno = scene.participant(name="Ada Rossa"), scene.participant(name="Bruno Verdi")
    facts = add_dates(scene, ada, bruno)
    first, second, third = (one.id for one in facts.dates)
    for option, person, what in (
        (first, ada, "yes"), (first, ada, "no"), (second, ada, "maybe"), (second, bruno, "yes"), (third, bruno, "yes"),
        (third, ada, "yes"), (third, ada, "yes"),
    ):  # fmt: skip
        give(scene, option, person, what)
    rows = scene.database.read(lambda session: grid(session, facts))
    assert [(row.name, row.answers) for row in rows] == [
        ("Ada Rossa", {first: "no", second: "maybe", third: "yes"}), ("Bruno Verdi", {second: "yes", third: "yes"}),
    ]  # fmt: skip
    best = propose(tallies(facts, rows))
    assert best is not None and (best.option_id, best.yes) == (third, 2)


def test_who_was_not_asked_and_who_is_too_late(scene: Scene) -> None:
    ada, stranger = scene.participant(), scene.participant()
    facts = add_dates(scene, ada)
    first = facts.dates[0].id
    with pytest.raises(NotAskedForDates):
        give(scene, first, stranger, "yes")
    for option, what in ((first, "perhaps"), (999, "yes")):
        with pytest.raises(DateNotOffered):
            give(scene, option, ada, what)
    with pytest.raises(DatesClosed):
        give(scene, first, ada, "yes", facts.closes_at)
    give(scene, first, ada, "yes", facts.closes_at - timedelta(seconds=1))
    scene.database.write(lambda session: close(session, facts.id, scene.now))
    with pytest.raises(DatesClosed):
        give(scene, first, ada, "no")
    assert scene.database.read(lambda session: answers_of(session, facts.id, ada)) == {first: "yes"}
    with pytest.raises(DatePollUnknown):
        scene.database.read(lambda session: poll_facts(session, 999))


def test_each_is_told_once_also_who_is_added_later(scene: Scene) -> None:
    ada, bruno = scene.participant(), scene.participant()
    facts = add_dates(scene)
    with pytest.raises(NobodyAsked):
        scene.database.write(lambda session: ask(session, facts.id, scene.now))
    scene.database.write(lambda session: add_asked(session, facts.id, [ada, ada]))
    assert scene.database.write(lambda session: ask(session, facts.id, scene.now)) == 1
    assert scene.database.write(lambda session: add_asked(session, facts.id, [ada, bruno])) == 1
    assert scene.database.write(lambda session: ask(session, facts.id, scene.now)) == 1
    assert told(scene) == [("dates-asked", ada), ("dates-asked", bruno)]


def test_the_chosen_date_makes_the_meeting_and_everybody_is_told(scene: Scene) -> None:
    ada, bruno = scene.participant(), scene.participant()
    facts = add_dates(scene, ada, bruno, link="https://meet.example.org/x")
    second = facts.dates[1]
    other = add_dates(scene, bruno)
    with pytest.raises(DateNotOffered):
        scene.database.write(lambda session: choose(session, facts.id, other.dates[0].id, scene.now))
    made = scene.database.write(lambda session: choose(session, facts.id, second.id, scene.now))
    event = scene.database.read(lambda session: session.get_one(Event, made))
    assert (event.slug, event.kind, event.starts_local, event.ends_local, event.place, event.online) == (
        "meeting-2023-07-19", "meeting", "2023-07-19T15:00", "2023-07-19T17:00", "Torino", True,
    )  # fmt: skip
    assert event.invited_only and event.title["en"] == "Steering committee"
    assert told(scene) == [("date-chosen", ada), ("date-chosen", bruno)]
    with pytest.raises(DateChosenAlready):
        scene.database.write(lambda session: choose(session, facts.id, second.id, scene.now))
    with pytest.raises(DateChosenAlready):
        scene.database.write(lambda session: close(session, facts.id, scene.now))
    with pytest.raises(DatesClosed):
        give(scene, second.id, ada, "no")
    again = scene.database.write(lambda session: choose(session, other.id, other.dates[1].id, scene.now))
    slug = scene.database.read(lambda session: session.get_one(Event, again)).slug
    assert slug == "meeting-2023-07-19-2"


def test_an_event_that_is_moved_tells_each_person_once(scene: Scene) -> None:
    ada, bruno = scene.participant(), scene.participant()
    event = add_event(scene)
    say(scene.database, Given(event, ada, "in-person", "web", invited=True), scene.now)
    facts = add_dates(scene, ada, bruno, event_id=event)
    moved = scene.database.write(lambda session: choose(session, facts.id, facts.dates[0].id, scene.now))
    assert moved == event
    row = scene.database.read(lambda session: session.get_one(Event, event))
    assert (row.starts_local, row.sequence) == ("2023-07-18T15:00", 1)
    assert told(scene) == [("event-changed", ada), ("date-chosen", bruno)]


def test_what_is_no_poll_is_not_kept(scene: Scene) -> None:
    day, title = datetime.fromisoformat("2023-07-18T15:00"), {"it": "Riunione", "en": "Meeting"}
    span = Span(day, day + timedelta(hours=1))
    soon = scene.now + timedelta(days=1)

    def add(**values: Any) -> int:
        usual: dict[str, Any] = {"title": title, "dates": [span], "closes_at": soon}
        new = NewPoll(process_id=scene.process_id, **{**usual, **values})
        return scene.database.write(lambda session: add_poll(session, new, scene.now))

    past = Span(datetime.fromisoformat("2023-07-09T15:00"), datetime.fromisoformat("2023-07-09T16:00"))
    many = [Span(day + timedelta(hours=at), day + timedelta(hours=at + 1)) for at in range(21)]
    for dates in ([], [past], [Span(day, day)], many):
        with pytest.raises(NotDates):
            add(dates=dates)
    with pytest.raises(DatesNeedTitle):
        add(title={"it": "Riunione", "en": " "})
    for closes in (scene.now, scene.now + timedelta(days=30)):
        with pytest.raises(DeadlinePassed):
            add(closes_at=closes)
    assert add(dates=[span, span])


def test_merged_people_answer_as_one_and_erased_ones_not_at_all(scene: Scene) -> None:
    ada, also = scene.participant(name="Ada Rossa"), scene.participant()
    facts = add_dates(scene, ada, also)
    first, second, _ = (one.id for one in facts.dates)
    give(scene, first, also, "no")
    scene.database.write(lambda session: merge(session, also, ada, scene.now))
    give(scene, first, ada, "yes")
    give(scene, second, ada, "yes")
    rows = scene.database.read(lambda session: grid(session, facts))
    assert [(row.name, row.answers) for row in rows] == [("Ada Rossa", {first: "yes", second: "yes"})]
    known = scene.database.read(lambda session: export_person(session, ada))["dates"]
    assert len(known) == len({one["date"] for one in known})
    assert {(one["date"], one["answer"]) for one in known if one["answer"]} == {
        ("2023-07-18T15:00", "yes"), ("2023-07-19T15:00", "yes"),
    }  # fmt: skip
    scene.database.write(lambda session: erase_person(session, ada, [], scene.now))
    assert scene.database.read(lambda session: grid(session, facts)) == []
    chosen = scene.database.write(lambda session: choose(session, facts.id, first, scene.now))
    assert told(scene) == []
    assert scene.database.read(lambda s: s.scalars(select(Event.id).where(Event.id == chosen)).all()) == [chosen]
