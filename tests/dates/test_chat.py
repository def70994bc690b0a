"""Dates and appointments in the chat, over the real Bot API: notices bring buttons, presses edit them in place."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from sqlalchemy import select

from bots.participants.callback import AppointmentPress, DatesPress, unpack
from core.people.tables import Address
from core.process.appointments.booking import Asking, cancel
from core.process.appointments.reminding import remind
from core.process.appointments.slots import Window
from core.process.dates.polling import ask, choose
from core.process.dates.reading import answers_of
from core.process.tables import Event
from notifications.channels.telegram import TelegramChannel
from notifications.content.presses import appointment, dates
from notifications.ledger.tables import Delivery
from notifications.planning.notices import plan_notices
from notifications.sending.loop import Pace, Sender, SenderDeps
from tests.bots.stage import Stage, labels, newest
from tests.dates.scene import DAY, add_dates, add_interviewer, book, booked, interviews, slots
from tests.notifications.sending import VOICE
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import TOKENS, Person

__all__ = ["quiet", "sandbox", "stage"]  # fixtures


async def toast(person: Person) -> str:
    return str((await person.chat())["toasts"][-1]["text"])


async def somebody(stage: Stage, number: int = 501) -> tuple[int, Person]:
    person = await stage.joined(number)
    found = select(Address.participant_id).where(Address.value == str(number))
    return stage.scene.database.read(lambda session: session.scalars(found).one()), person


async def deliver(stage: Stage) -> int:
    """Sends the notices that wait; how many left."""
    scene = stage.scene
    stage.clock.advance(timedelta(seconds=5))
    scene.database.write(lambda session: plan_notices(session, stage.clock.now()))
    channel = TelegramChannel(TOKENS["participants"], stage.sandbox.addresses.telegram)
    sender = Sender(
        SenderDeps(
            database=scene.database, clock=stage.clock, links=stage.links, voice=VOICE, channels=(channel,),
            paces={"telegram": Pace(1000)}, name="sender",
        )
    )  # fmt: skip
    for _ in range(2):  # of what waits for one chat, one thing a second
        await sender.one_group(channel)
        stage.clock.advance(timedelta(seconds=2))
    await channel.close()
    sent = select(Delivery.id).where(Delivery.state == "sent")
    return len(scene.database.read(lambda session: session.scalars(sent).all()))


async def test_dates_are_asked_about_answered_and_chosen(stage: Stage) -> None:
    participant, person = await somebody(stage)
    poll = add_dates(stage.scene, participant)
    first, second, _ = (one.id for one in poll.dates)
    stage.scene.database.write(lambda session: ask(session, poll.id, stage.clock.now()))
    assert await deliver(stage) == 1
    notice = await newest(person)
    assert "A day is being looked for: Steering committee" in notice["text"] and "included" in notice["text"]
    assert labels(notice) == ["Say which days suit me"]
    shown = await stage.press(person, "Say which days suit me")
    assert labels(shown)[:4] == ["Tue 18 July, 15:00 – 17:00", "Yes", "If need be", "No"]
    count = len(await person.bot_messages())
    for data in (dates(poll.id, f"{first}:yes"), dates(poll.id, f"{second}:maybe"), dates(poll.id, f"{first}:no")):
        await person.presses_data(shown["id"], data)
        await stage.hears()
    assert "If need be" not in await toast(person) and "Noted: Tue 18 July" in await toast(person)
    edited = await newest(person)
    assert edited["id"] == shown["id"] and len(await person.bot_messages()) == count, "edited in place"
    assert labels(edited)[1:4] == ["Yes", "If need be", "✓ No"] and labels(edited)[5:8] == ["Yes", "✓ If need be", "No"]
    known = stage.scene.database.read(lambda session: answers_of(session, poll.id, participant))
    assert known == {first: "no", second: "maybe"}
    stage.scene.database.write(lambda session: choose(session, poll.id, second, stage.clock.now()))
    await person.presses_data(shown["id"], dates(poll.id, f"{first}:yes"))
    await stage.hears()
    assert "not taken any more" in await toast(person)
    assert await deliver(stage) == 2
    assert "takes place on Wednesday 19 July 2023" in (await newest(person))["text"]


async def test_only_those_asked_see_and_answer(stage: Stage) -> None:
    _, person = await somebody(stage)
    other = stage.scene.participant()
    poll = add_dates(stage.scene, other)
    shown = await newest(person)
    for data in (dates(poll.id), dates(poll.id, f"{poll.dates[0].id}:yes"), dates(999), "dates:x:", "dates:"):
        before = len(await person.bot_messages())
        await person.presses_data(shown["id"], data, force=True)
        await stage.hears()
        assert await toast(person) and len(await person.bot_messages()) == before
    assert stage.scene.database.read(lambda session: answers_of(session, poll.id, other)) == {}


async def test_an_appointment_is_chosen_by_day_moved_and_cancelled(stage: Stage) -> None:
    participant, person = await somebody(stage)
    event = interviews(stage.scene)
    afternoon = Window(DAY + timedelta(days=1), time(14), time(16))
    add_interviewer(stage.scene, event, "Bruno Rossi", available=[afternoon])
    nine = slots(stage.scene)[0]
    shown = await newest(person)
    await person.presses_data(shown["id"], appointment(event), force=True)
    await stage.hears()
    days = await newest(person)
    assert "Thursday 20 July 2023" in days["text"]
    assert labels(days) == ["09:00 – Ada Conti", "10:00 – Ada Conti", "11:00 – Ada Conti", "1/2", "Fri 21 Jul ▶"]
    count = len(await person.bot_messages())
    days = await stage.press(person, "Fri 21 Jul ▶")
    assert labels(days)[0] == "14:00 – Bruno Rossi" and labels(days)[-2:] == ["◀ Thu 20 Jul", "2/2"]
    await stage.press(person, "◀ Thu 20 Jul")
    mine = await stage.press(person, "09:00 – Ada Conti")
    assert "Your appointment: Thursday 20 July 2023, 09:00 – 09:45" in mine["text"] and "Room 3" in mine["text"]
    assert booked(stage.scene) == {participant: nine}
    await stage.press(person, "Another time")
    mine = await stage.press(person, "10:00 – Ada Conti")
    assert "10:00 – 10:45" in mine["text"] and labels(mine) == ["Another time", "Cancel"]
    await stage.press(person, "Cancel")
    await stage.press(person, "No, keep it")
    await stage.press(person, "Cancel")
    free = await stage.press(person, "Yes, cancel my appointment")
    assert "09:00 – Ada Conti" in labels(free) and booked(stage.scene) == {participant: None}
    assert len(await person.bot_messages()) == count, "all of it in one message"


async def test_what_another_has_taken_and_what_is_too_late_is_said(stage: Stage) -> None:
    participant, person = await somebody(stage)
    event = interviews(stage.scene)
    nine, ten, _ = slots(stage.scene)
    book(stage.scene, event, stage.scene.participant(), nine)
    shown = await newest(person)
    for data in (
        appointment(event, "slot", str(nine)),
        appointment(event, "slot", "999"),
        appointment(999),
        "appt:x::",
    ):
        await person.presses_data(shown["id"], data, force=True)
        await stage.hears()
        assert await toast(person)
        if data == appointment(event, "slot", str(nine)):
            left = await newest(person)
            assert labels(left) == ["10:00", "11:00"] and "Room 3" in left["text"], "what is taken is not offered"
    assert participant not in booked(stage.scene)
    book(stage.scene, event, participant, ten)
    stage.clock.advance(timedelta(days=9, hours=22))
    await person.presses_data(shown["id"], appointment(event, "cancel"), force=True)
    await stage.hears()
    assert "until 24 hours before" in await toast(person)
    stage.scene.change(Event, event, cancelled=True)
    await person.presses_data(shown["id"], appointment(event), force=True)
    await stage.hears()
    assert "does not take place" in await toast(person)
    assert booked(stage.scene)[participant] == ten


async def test_confirmation_and_reminder_are_sent_while_they_are_true(stage: Stage) -> None:
    participant, person = await somebody(stage)
    event = interviews(stage.scene)
    nine, ten, _ = slots(stage.scene)
    book(stage.scene, event, participant, nine)
    book(stage.scene, event, participant, ten)
    assert await deliver(stage) == 1, "that it was confirmed is not true any more: it was moved"
    moved = await newest(person)
    assert "is now on Thursday 20 July 2023 at 10:00" in moved["text"] and "Place: Room 3" in moved["text"]
    assert labels(moved) == ["See, move or cancel my appointment"]
    stage.clock.advance(timedelta(days=9))
    assert stage.scene.database.write(lambda session: remind(session, stage.clock.now())) == 1
    await deliver(stage)
    assert "This is to remind you" in (await newest(person))["text"]
    mine = await stage.press(person, "See, move or cancel my appointment")
    assert "Your appointment: Thursday 20 July 2023, 10:00 – 10:45" in mine["text"]
    asking = Asking(event, participant, "staff")
    stage.scene.database.write(lambda session: cancel(session, asking, stage.clock.now()))
    await deliver(stage)
    assert "at 10:00" in (await newest(person))["text"] and "is cancelled" in (await newest(person))["text"]


async def test_a_reminder_that_comes_too_late_is_not_sent(stage: Stage) -> None:
    participant, _ = await somebody(stage)
    event = interviews(stage.scene)
    book(stage.scene, event, participant, slots(stage.scene)[0])
    await deliver(stage)
    stage.clock.advance(timedelta(days=9))
    assert stage.scene.database.write(lambda session: remind(session, stage.clock.now())) == 1
    stage.clock.advance(timedelta(days=1))
    assert await deliver(stage) == 1, "it had begun by the time it could leave"
    reason = select(Delivery.reason).where(Delivery.state == "skipped")
    assert stage.scene.database.read(lambda session: session.scalars(reason).all()) == ["not-true"]


def test_what_the_buttons_carry() -> None:
    assert unpack(dates(7)) == DatesPress(7)
    assert unpack(dates(7, "12:yes")) == DatesPress(7, 12, "yes")
    assert unpack(appointment(7, "day", "2023-07-20")) == AppointmentPress(7, "day", "2023-07-20")
    most: Any = 2**63 - 1
    assert max(len(dates(most, f"{most}:maybe")), len(appointment(most, "slot", str(most)))) <= 64
    for data in ("dates:", "dates:x", "dates:1:x:yes", "appt:1", "appt:-1::"):
        assert unpack(data) is None
