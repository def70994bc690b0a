"""The room and the tables in the chat, over the real Bot API."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.ids import CountedIds
from core.people.tables import Address
from core.process.attendance import Given, reply
from core.process.events import load_event
from core.process.room.asking import Voice
from core.process.room.moderating import moderate
from core.process.room.rooms import set_room
from core.process.room.seating import announce, coming, deal, wishes_of
from core.process.room.tables import Question
from tests.bots.stage import Stage, labels
from tests.events.scene import add_event
from tests.room.hall import DURING, listed, open_room, put, set_tables
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import Person

__all__ = ["quiet", "sandbox", "stage"]  # fixtures


def participant_of(stage: Stage, person: Person) -> int:
    mine = select(Address.participant_id).where(Address.value == str(person.id))
    return stage.scene.database.read(lambda s: s.scalars(mine).one())


async def toast(person: Person) -> str:
    return str((await person.chat())["toasts"][-1]["text"])


def questions(stage: Stage) -> list[Question]:
    return list(stage.scene.database.read(lambda s: s.scalars(select(Question).order_by(Question.id)).all()))


async def test_asked_approved_and_voted_for_in_place(stage: Stage) -> None:
    room = open_room(stage.scene, moderated=True)
    ada, bruno = await stage.joined(501), await stage.joined(502)
    assert "No event at which" in (await stage.say(ada, "/question"))["text"]
    stage.clock.set(DURING)
    shown = await stage.say(ada, "/domanda")
    assert "Launch event" in shown["text"] and "No question yet" in shown["text"]
    assert "Write your question now" in (await stage.press(ada, "✍️ Ask a question"))["text"]
    thanks = await stage.say(ada, "Who pays for <b>it</b> & when?")
    assert "has arrived" in thanks["text"]
    (kept,) = questions(stage)
    assert (kept.text, kept.state, kept.nameless) == ("Who pays for <b>it</b> & when?", "waiting", False)
    assert "nobody reads who asked" in (await stage.press(ada, "The office shall not read my name either"))["text"]
    assert questions(stage)[0].nameless
    stage.scene.database.write(lambda s: moderate(s, room.event.id, kept.id, "show"))
    board = await stage.say(bruno, "/question")
    assert "1. Who pays for <b>it</b> & when? (1 vote)" in board["text"]
    count = len(await bruno.bot_messages())
    await stage.press(bruno, "▲ 1. Who pays for <b>it</b> & when?")
    assert await toast(bruno) == "Thank you, your vote counts."
    messages = await bruno.bot_messages()
    assert len(messages) == count and "(2 votes)" in messages[-1]["text"], "the list is changed where it stands"
    await stage.press(bruno, "✓ 1. Who pays for <b>it</b> & when?")
    assert await toast(bruno) == "You have voted for it."
    assert listed(stage.scene.database, room)[0].votes == 2


async def test_the_questionnaire_goes_on_beside_it(stage: Stage) -> None:
    open_room(stage.scene)
    person = await stage.joined()
    stage.clock.set(DURING)
    await stage.say(person, "/question")
    await stage.press(person, "✍️ Ask a question")
    await stage.press(person, "Yes")
    await stage.say(person, "3")
    assert questions(stage) == [], "who does something else is not asking any more"
    assert stage.values(person)["years"] == "3"
    assert "is on the list" in (await stage.say(person, "/question And what about us?"))["text"]
    assert [one.text for one in questions(stage)] == ["And what about us?"]


async def test_what_stands_in_the_way_is_said(stage: Stage) -> None:
    room = open_room(stage.scene)
    person = await stage.joined()
    stage.clock.set(DURING)
    board = await stage.say(person, "/question")
    await stage.press(person, "✍️ Ask a question")
    assert "has 501 characters" in (await stage.say(person, "x" * 501))["text"]
    assert "is on the list" in (await stage.say(person, "x" * 500))["text"], "it can be said again, shorter"
    for number in range(4):
        await stage.say(person, f"/question Another {number}")
    assert "leave some room for the others" in (await stage.say(person, "/question One more"))["text"]
    assert len(questions(stage)) == 5
    before = len(questions(stage))
    for data in (
        "c:room:x:v1",
        f"c:room:{room.event.id}:v",
        f"c:room:{room.event.id}:v{10**30}",
        "c:room:999:w",
        "c:room::",
    ):
        await person.presses_data(board["id"], data, force=True)
        await stage.hears()
    assert len(questions(stage)) == before
    other = put(stage.scene.database, room, Voice(browser="x"), "Of somebody else")
    await person.presses_data(board["id"], f"c:room:{room.event.id}:n{other}", force=True)
    await stage.hears()
    assert not next(one for one in questions(stage) if one.id == other).nameless


async def test_wishes_and_the_table(stage: Stage) -> None:
    scene = stage.scene
    number = add_event(scene)
    green, schools = set_tables(scene, number, ("Environment", 1, 4), ("Schools", 1, 4))
    person = await stage.joined()
    participant = participant_of(stage, person)
    assert "no event with thematic tables" in (await stage.say(person, "/table"))["text"]
    scene.database.write(lambda s: reply(s, Given(number, participant, "in-person", "chat"), stage.clock.now()))
    shown = await stage.say(person, "/tavolo")
    assert labels(shown) == ["Environment", "Schools"]
    await stage.press(person, "Schools")
    await stage.press(person, "Environment")
    messages = await person.bot_messages()
    assert labels(messages[-1]) == ["✓ Environment (second choice)", "✓ Schools (first choice)"]
    assert scene.database.read(lambda s: wishes_of(s, number, participant)) == (schools.id, green.id)

    def settle(session: Any) -> None:
        event = load_event(session, number)
        deal(session, event)
        announce(session, event, stage.clock.now())

    scene.database.write(settle)
    (seat,) = scene.database.read(lambda s: coming(s, load_event(s, number)))
    assert seat.table_id == schools.tables[0][0]
    assert "Your table is number 2: Schools." in (await stage.say(person, "/table"))["text"]


async def test_words_go_to_the_room_that_was_pressed_and_after_a_refusal_to_none(stage: Stage) -> None:
    ada, room = await stage.joined(), open_room(stage.scene)
    stage.clock.set(DURING)
    await stage.say(ada, "/question")
    await stage.press(ada, "✍️ Ask a question")
    stage.scene.database.write(lambda s: set_room(s, room.event.id, CountedIds(), is_open=False, moderated=False))
    other = open_room(stage.scene, slug="other")
    refused = await stage.say(ada, "For the first room")
    assert refused["text"].startswith("⚠️")
    assert questions(stage) == []
    after = await stage.say(ada, "And this is for nobody")
    assert after["text"] != refused["text"] and questions(stage) == [], "it is read as anything else is"
    assert other.open


async def test_what_is_typed_right_after_the_command_is_the_question(stage: Stage) -> None:
    open_room(stage.scene)
    person = await stage.joined()
    stage.clock.set(DURING)
    assert "Write your question now" in (await stage.say(person, "/domanda"))["text"]
    assert "is on the list" in (await stage.say(person, "Who pays for it?"))["text"]
    assert [one.text for one in questions(stage)] == ["Who pays for it?"]
