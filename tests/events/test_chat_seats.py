"""Seats in the chat, over a strict Bot API: the waiting list, offers by buttons, and what an event asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.process.attendance import stop_waiting
from core.process.tables import Event
from notifications.channels.telegram import TelegramChannel
from notifications.planning.notices import plan_notices
from notifications.sending.loop import Pace, Sender, SenderDeps
from tests.bots.stage import Stage, labels
from tests.events.scene import replies, rows, say
from tests.events.test_chat import invitation, invited, toast
from tests.events.test_seats import given
from tests.notifications.sending import VOICE
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import TOKENS, Person

__all__ = ["quiet", "sandbox", "stage"]  # fixtures


async def full(stage: Stage) -> tuple[int, int, int, Person]:
    """The only seat is taken: event, who has it, participant, person."""
    event, participant, person = await invited(stage)
    stage.scene.change(Event, event, seats={"in-person": 1})
    first = stage.scene.participant()
    say(stage.scene.database, given(event, first), stage.clock.now())
    return event, first, participant, person


async def newest(person: Person) -> dict[str, Any]:
    return (await person.bot_messages())[-1]


async def notices_leave(stage: Stage) -> None:
    stage.clock.advance(timedelta(minutes=1))  # a chat is written to once a second
    stage.scene.database.write(lambda session: plan_notices(session, stage.clock.now()))
    channel = TelegramChannel(TOKENS["participants"], stage.sandbox.addresses.telegram)
    sender = Sender(
        SenderDeps(
            database=stage.scene.database, clock=stage.clock, links=stage.links, voice=VOICE, channels=(channel,),
            paces={"telegram": Pace(1000)}, name="sender-2",
        )
    )  # fmt: skip
    assert (await sender.one_group(channel)).claimed == 1
    await channel.close()


async def test_when_it_is_full_the_waiting_list_is_told_and_online_offered(stage: Stage) -> None:
    _, _, participant, person = await full(stage)
    await stage.press(person, "I come")
    assert await toast(person) == "All places are taken: you are on the waiting list, place 1."
    assert labels(await invitation(person))[0] == "⏳ I come"
    below = await newest(person)
    assert "waiting list, place 1" in below["text"] and "Launch event" in below["text"]
    assert labels(below) == ["Meanwhile follow online", "Leave the waiting list"]
    await stage.press(person, "Meanwhile follow online")
    assert "I follow online" in await toast(person)
    (row,) = [one for one in rows(stage.scene.database) if one.participant_id == participant]
    assert (row.reply, row.waits_for, row.door) == ("online", "in-person", "chat")
    await stage.press(person, "Leave the waiting list")
    assert replies(stage.scene.database)[participant][0] == "online"
    below = await newest(person)
    assert "not on the waiting list any more" in below["text"] and labels(below) == []


async def test_an_offered_place_is_taken_or_left_by_a_button(stage: Stage) -> None:
    event, first, participant, person = await full(stage)
    await stage.press(person, "I come")
    say(stage.scene.database, given(event, first, "no"), stage.clock.now())
    await notices_leave(stage)
    offer = await newest(person)
    assert labels(offer) == ["Take the place", "Leave the place to others", "More on a page"]
    await stage.press(person, "Take the place")
    assert replies(stage.scene.database)[participant][0] == "in-person"
    told = await person.bot_messages()
    assert any("your reply is noted: I come" in one["text"] for one in told)
    assert "code for the door" in told[-1]["text"], "with a place comes the code"
    await person.presses_data(offer["id"], f"rsvp:{event}:take", force=True)
    await stage.hears()
    assert "No place is kept for you any more" in await toast(person)
    assert replies(stage.scene.database)[participant][0] == "in-person"


async def test_an_offer_that_is_left_goes_on(stage: Stage) -> None:
    event, first, participant, person = await full(stage)
    await stage.press(person, "I come")
    other = stage.scene.participant()
    say(stage.scene.database, given(event, other), stage.clock.now())
    say(stage.scene.database, given(event, first, "no"), stage.clock.now())
    await notices_leave(stage)
    await stage.press(person, "Leave the place to others")
    assert await toast(person) == "Thank you: the place goes to somebody else."
    found = {one.participant_id: one for one in rows(stage.scene.database)}
    assert (found[participant].reply, found[participant].waits_for) == ("no", "")
    assert found[other].offered_until is not None
    assert not stage.scene.database.write(lambda s: stop_waiting(s, event, participant, stage.clock.now()))


async def test_companions_by_buttons_needs_and_a_substitute_in_words(stage: Stage) -> None:
    event, participant, person = await invited(stage)
    stage.scene.change(Event, event, companions=2, asks_needs=True, substitutes=True, seats={"in-person": 2})
    await stage.press(person, "I come")
    below = await newest(person)
    assert labels(below) == ["✓ 0", "1", "2", "Somebody else comes in my place", "Say what I need to take part"]
    await stage.press(person, "1")
    assert await toast(person) == "Noted: 1 person comes along."
    assert labels(await newest(person))[:3] == ["0", "✓ 1", "2"]
    await stage.press(person, "2")
    assert "not enough free places" in await toast(person)
    await stage.press(person, "Say what I need to take part")
    assert "What do you need" in (await newest(person))["text"]
    said = await stage.say(person, "A place for a <wheelchair>")
    assert "Thank you, it is noted: A place for a &lt;wheelchair&gt;" in said["text"] or "<wheelchair>" in said["text"]
    await stage.press(person, "Somebody else comes in my place")
    await stage.say(person, "Carla Neri")
    (row,) = rows(stage.scene.database)
    assert (row.companions, row.needs, row.substitute) == (1, "A place for a <wheelchair>", "Carla Neri")
    await stage.press(person, "Yes")  # the questionnaire above goes on as if nothing had been
    assert stage.values(person)["member"] == "yes"
    assert replies(stage.scene.database)[participant][0] == "in-person"
