"""Questions and votes: when they are taken, from whom, and what staff make of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.database.database import Database
from core.i18n import translator
from core.people.erasing import erase_person
from core.people.merging import merge as merge_people
from core.people.my_data import export_person
from core.process.room.asking import MOST, Voice, hide_name, voted_for
from core.process.room.board import desk
from core.process.room.errors import (
    LONGEST,
    QuestionEmpty,
    QuestionGone,
    QuestionTooLong,
    RoomClosed,
    RoomFull,
    RoomUnknown,
    TooManyQuestions,
)
from core.process.room.moderating import merge, moderate
from core.process.room.rooms import find_room, load_room, rooms_for
from core.process.room.tables import Question
from core.process.tables import Event
from surveys.responses.my_data_page import my_data_page
from surveys.responses.shelf import FormShelf
from tests.events.scene import ENDS, STARTS
from tests.responses.scene import Scene
from tests.room.hall import DURING, cast, comes, listed, open_room, put
from tests.support.pages import scene

__all__ = ["scene"]  # fixture
A, B, C = (Voice(browser=one) for one in "abc")


def test_questions_are_taken_from_an_hour_before_to_the_end(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    for now in (STARTS - timedelta(hours=1, seconds=1), ENDS):
        with pytest.raises(RoomClosed):
            put(database, room, A, "Too early, too late", now)
    put(database, room, A, "Before", STARTS - timedelta(hours=1))
    question = put(database, room, A, "After", ENDS - timedelta(seconds=1))
    with pytest.raises(RoomClosed):
        cast(database, room, B, question, ENDS)
    scene.change(Event, room.event.id, cancelled=True)
    with pytest.raises(RoomClosed):
        put(database, room, A, "It does not take place")


def test_the_code_is_read_however_it_is_typed(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    assert len(room.code) == 6
    assert database.read(lambda s: find_room(s, f" {room.code.upper()} ")).event.id == room.event.id
    for wrong in ("", "nothing", "x" * 5000, "%", "a\x00"):
        with pytest.raises(RoomUnknown):
            database.read(lambda s, code=wrong: find_room(s, code))  # type: ignore[misc]


def test_what_is_asked_is_one_readable_line(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    put(database, room, A, "  Why\r\n<b>\tnot</b>\u202e\x00 =1+1 {{ name }}  ")
    assert [one.text for one in listed(database, room)] == ["Why <b> not</b> =1+1 {{ name }}"]
    for text in ("", " \n ", "\u202e\x00"):
        with pytest.raises(QuestionEmpty):
            put(database, room, B, text)
    with pytest.raises(QuestionTooLong):
        put(database, room, B, "x" * (LONGEST + 1))
    put(database, room, B, "è" * LONGEST)


def test_one_vote_each_and_the_own_question_counts_one(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    first, second = put(database, room, A, "First"), put(database, room, B, "Second")
    assert [(one.id, one.votes) for one in listed(database, room)] == [(first, 1), (second, 1)]
    assert not cast(database, room, B, second), "one's own counts already"
    assert cast(database, room, C, second)
    assert not cast(database, room, C, second)
    assert [(one.id, one.votes) for one in listed(database, room)] == [(second, 2), (first, 1)]
    assert database.read(lambda s: voted_for(s, room.event.id, C)) == {second}
    with pytest.raises(QuestionGone):
        cast(database, room, C, 999)


def test_whoever_asks_much_is_asked_to_wait(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    for number in range(MOST):
        put(database, room, A, f"Question {number}", DURING + timedelta(minutes=number))
    with pytest.raises(TooManyQuestions) as caught:
        put(database, room, A, "One more", DURING + timedelta(minutes=5))
    assert caught.value.values == {"most": MOST, "minutes": 5}
    put(database, room, B, "Somebody else", DURING + timedelta(minutes=5))
    put(database, room, A, "Later", DURING + timedelta(minutes=10))


@pytest.mark.parametrize("moderated", [True, False])
def test_ever_new_browsers_do_not_fill_a_room(
    scene: Scene, database: Database, moderated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.process.room.asking.MOST_OPEN", 3)
    room = open_room(scene, moderated=moderated)
    first, second, _ = (put(database, room, Voice(browser=one), f"From {one}") for one in "xyz")
    with pytest.raises(RoomFull):
        put(database, room, A, "One more")
    database.write(lambda s: merge(s, room.event.id, [first, second]))
    put(database, room, A, "What was merged leaves room")


def test_what_is_hidden_does_not_become_seen_by_merging(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    seen, hidden = put(database, room, A, "Seen"), put(database, room, B, "Hidden")
    cast(database, room, C, hidden)
    database.write(lambda s: moderate(s, room.event.id, hidden, "hide"))
    assert database.write(lambda s: merge(s, room.event.id, [seen, hidden])) == seen
    assert [one.text for one in listed(database, room)] == ["Seen"]


def test_a_moderated_question_waits_and_cannot_be_voted_for(scene: Scene, database: Database) -> None:
    room = open_room(scene, moderated=True)
    question = put(database, room, A, "Please")
    assert listed(database, room) == []
    with pytest.raises(QuestionGone):
        cast(database, room, B, question)
    event, before = room.event.id, database.read(lambda s: load_room(s, room.event.id)).version
    database.write(lambda s: moderate(s, event, question, "pin"))
    assert [(one.id, one.answering) for one in listed(database, room)] == [(question, True)]
    assert database.read(lambda s: load_room(s, event)).version > before, "whoever looks on is told"
    other = put(database, room, B, "And this")
    database.write(lambda s: moderate(s, event, other, "pin"))
    assert [(one.id, one.answering) for one in listed(database, room)] == [(other, True), (question, False)]
    database.write(lambda s: moderate(s, event, other, "answer"))
    database.write(lambda s: moderate(s, event, question, "hide"))
    assert listed(database, room) == []
    with pytest.raises(QuestionGone):
        database.write(lambda s: moderate(s, event + 1, question, "show"))


def test_merging_keeps_every_vote_once(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    event = room.event.id
    first, second, third = (put(database, room, one, f"Like {one.browser}") for one in (A, B, C))
    cast(database, room, A, second)
    kept = database.write(lambda s: merge(s, event, [first, second, third]))
    assert kept == second
    assert [(one.id, one.votes) for one in listed(database, room)] == [(second, 3)]
    assert not cast(database, room, C, third), "an old page votes for the one that stands"
    fourth = put(database, room, Voice(browser="d"), "Once more")
    for voter in "efgh":
        cast(database, room, Voice(browser=voter), fourth)
    assert database.write(lambda s: merge(s, event, [fourth, second])) == fourth
    assert [(one.id, one.votes) for one in listed(database, room)] == [(fourth, 8)]
    assert not cast(database, room, A, first), "what was merged before goes on to the new one"
    with pytest.raises(QuestionGone):
        database.write(lambda s: merge(s, event, [fourth]))


def test_people_who_were_merged_have_one_voice(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    one, other = scene.participant(), scene.participant()
    question = put(database, room, Voice(one), "Mine")
    assert cast(database, room, Voice(other), question)
    assert listed(database, room)[0].votes == 2
    database.write(lambda s: merge_people(s, other, one, scene.now))
    assert listed(database, room)[0].votes == 1
    second = put(database, room, A, "Another")
    assert cast(database, room, Voice(one), second)
    assert not cast(database, room, Voice(one), question)


def test_the_name_is_for_staff_and_goes_on_request(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    person, other = scene.participant(name="Ada Rossa"), scene.participant()
    question = put(database, room, Voice(person), "Mine")

    def names(*, may: bool) -> list[str]:
        found = database.read(lambda s: desk(s, room.event.id, scene.office_id, names=may))
        return [one.name for one in found]

    assert names(may=True) == ["Ada Rossa"] and names(may=False) == [""]
    assert not database.write(lambda s: hide_name(s, question, other))
    assert names(may=True) == ["Ada Rossa"]
    assert database.write(lambda s: hide_name(s, question, person))
    assert names(may=True) == [""]


def test_rooms_that_concern_somebody(scene: Scene, database: Database) -> None:
    room = open_room(scene)
    closed = open_room(scene, slug="restricted", invited_only=True)
    member, guest = scene.participant(), comes(scene, closed.event.id)

    def seen(person: int) -> list[int]:
        return [one.event.id for one in database.read(lambda s: rooms_for(s, person, DURING))]

    assert seen(member) == [room.event.id]
    assert seen(guest) == [room.event.id, closed.event.id]
    assert database.read(lambda s: rooms_for(s, member, ENDS)) == []


def test_erasing_leaves_what_the_room_has_seen_without_an_author(scene: Scene, database: Database) -> None:
    room = open_room(scene, moderated=True)
    event, person = room.event.id, scene.participant()
    shown, waiting, hidden = (put(database, room, Voice(person), text) for text in ("Seen", "Waiting", "Hidden"))
    other = put(database, room, A, "Of somebody else")
    for question, act in ((shown, "show"), (hidden, "hide"), (other, "show")):
        database.write(lambda s, question=question, act=act: moderate(s, event, question, act))  # type: ignore[misc]
    cast(database, room, Voice(person), other)
    cast(database, room, B, shown)
    into = put(database, room, B, "Merged into one that waits")
    cast_into = database.write(lambda s: merge(s, event, [waiting, into]))
    assert cast_into == waiting
    known = database.read(lambda s: export_person(s, person))["rooms"]
    assert [one["text"] for one in known["questions"]] == ["Seen", "Waiting", "Hidden"]
    assert "Of somebody else" in [one["question"] for one in known["votes"]]
    page = database.read(lambda s: my_data_page(s, FormShelf(), person, translator("it"), DURING))
    assert "Incontro di lancio: la Sua domanda</dt><dd>Waiting" in page
    assert "Incontro di lancio: ha votato per</dt><dd>Of somebody else" in page
    database.write(lambda s: erase_person(s, person, [], DURING))
    left = {row.text: row for row in database.read(lambda s: s.query(Question).all())}
    assert set(left) == {"Seen", "Of somebody else", "Merged into one that waits"}
    assert all(row.participant_id is None for row in left.values())
    assert left["Merged into one that waits"].state == "waiting"
    assert {one.text: one.votes for one in listed(database, room)} == {"Seen": 2, "Of somebody else": 2}
