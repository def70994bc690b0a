"""Replies by the buttons under an invitation in a chat: confirmed at once, ticked in place, stale ones said so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bots.participants.callback import RsvpPress, unpack
from core.people.audience import audience_clause
from core.people.erasing import erase_person
from core.people.predicates import core_predicates
from core.people.tables import Address, Consent, Membership
from core.process.tables import Event
from notifications.channels.telegram import TelegramChannel
from notifications.content.presses import rsvp
from notifications.ledger.tables import Delivery, Mailing, MailingText
from notifications.planning.planner import plan_all_due
from notifications.planning.rules import Rules
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.loop import Pace, Sender, SenderDeps
from tests.bots.stage import Stage, labels
from tests.events.scene import ENDS, STARTS, add_event, replies
from tests.notifications.sending import VOICE
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import TOKENS, Person

BUTTONS = [{"kind": "rsvp"}, {"kind": "link", "label": "Programme", "url": "https://example.org/programme"}]
CALENDAR = "Add to my calendar"
NONE_CHOSEN = ["I come", "I follow online", "Maybe", "I cannot come", CALENDAR, "Programme"]


__all__ = ["quiet", "sandbox", "stage"]  # fixtures


async def invited(stage: Stage) -> tuple[int, int, Person]:
    """Somebody with a chat to whom the invitation to an event was sent there: event, participant, person."""
    scene, now = stage.scene, stage.clock.now()
    event = add_event(scene)
    person = await stage.joined(501)
    participant = scene.database.read(
        lambda s: s.scalars(select(Address.participant_id).where(Address.value == "501")).one()
    )
    stated: dict[str, Any] = {
        "granted": True,
        "text_version": "1",
        "source": "test",
        "stated_at": now,
        "ended_at": None,
    }
    scene.insert(
        Consent, participant_id=participant, office_id=scene.office_id, purpose="events", channel="telegram", **stated
    )
    mailing = scene.insert(
        Mailing, office_id=scene.office_id, process_id=scene.process_id, slug="launch", kind="mailing",
        purpose="events", audience_id=scene.audience("all", {"everyone": True}),
        anchor={"event": "launch", "at": "starts", "days": -10},
        missed={}, state="released", released_at=now,
    )  # fmt: skip
    for language in ("it", "en"):
        text = {"language": language, "subject": "Come", "body": "On {{ starts_on }}, {{ place }}.", "buttons": BUTTONS}
        scene.insert(MailingText, mailing_id=mailing, **text)

    def plan(session: Any) -> None:
        schedule_occurrences(session, None, now)
        plan_all_due(session, stage.clock.now(), Rules(audience_clause(core_predicates())))

    stage.clock.advance(timedelta(hours=1))
    scene.database.write(plan)
    channel = TelegramChannel(TOKENS["participants"], stage.sandbox.addresses.telegram)
    sender = Sender(
        SenderDeps(
            database=scene.database, clock=stage.clock, links=stage.links, voice=VOICE, channels=(channel,),
            paces={"telegram": Pace(1000)}, name="sender",
        )
    )  # fmt: skip
    assert (await sender.one_group(channel)).claimed == 1
    await channel.close()
    return event, participant, person


async def invitation(person: Person) -> dict[str, Any]:
    return next(one for one in await person.bot_messages() if "Programme" in labels(one))


async def toast(person: Person) -> str:
    return str((await person.chat())["toasts"][-1]["text"])


async def test_a_press_is_kept_confirmed_and_ticked(stage: Stage) -> None:
    _, participant, person = await invited(stage)
    shown = await invitation(person)
    assert labels(shown) == NONE_CHOSEN
    before = len(await person.bot_messages())
    await stage.press(person, "I follow online")
    assert replies(stage.scene.database) == {participant: ("online", "chat", 0)}
    assert await toast(person) == "Thank you, your reply is noted: I follow online."
    ticked = await invitation(person)
    assert labels(ticked) == ["I come", "✓ I follow online", "Maybe", "I cannot come", CALENDAR, "Programme"]
    assert (ticked["text"], ticked["id"]) == (shown["text"], shown["id"]), "the message stays, its buttons change"
    assert ticked["buttons"][5][0]["url"] == "https://example.org/programme"
    assert ticked["buttons"][4][0]["url"].startswith(f"{VOICE.urls.public}/events/")
    await stage.press(person, "I cannot come")
    declined = ["I come", "I follow online", "Maybe", "✓ I cannot come", CALENDAR, "Programme"]
    assert labels(await invitation(person)) == declined
    await stage.press(person, "✓ I cannot come")
    assert replies(stage.scene.database) == {participant: ("no", "chat", 1)}
    assert len(await person.bot_messages()) == before, "nothing is written below"


async def test_the_dialogue_that_is_open_stays_so(stage: Stage) -> None:
    _, _, person = await invited(stage)
    await stage.press(person, "Maybe")
    await stage.press(person, "Yes")
    assert stage.values(person)["member"] == "yes"


async def test_stale_presses_are_answered_politely(stage: Stage) -> None:
    event, participant, person = await invited(stage)
    stage.clock.set(STARTS)
    await stage.press(person, "I come")
    assert "already begun" in await toast(person)
    stage.scene.change(Event, event, cancelled=True)
    await stage.press(person, "I come")
    assert "does not take place" in await toast(person)
    stage.scene.change(Event, event, cancelled=False)
    stage.clock.set(ENDS)
    await stage.press(person, "I come")
    assert "is over" in await toast(person)
    stage.scene.database.write(lambda s: erase_person(s, participant, [], stage.clock.now()))
    await stage.press(person, "I come")
    assert "not connected to anybody" in await toast(person)
    assert replies(stage.scene.database) == {}
    assert labels(await invitation(person)) == NONE_CHOSEN


async def test_only_what_was_sent_to_them_or_their_own_office_counts(stage: Stage) -> None:
    event, participant, person = await invited(stage)
    shown = await invitation(person)
    mine = Membership.participant_id == participant
    row = stage.scene.database.read(lambda s: s.scalars(select(Membership.id).where(mine)).one())
    stage.scene.change(Membership, row, left_at=stage.clock.now())
    await stage.press(person, "I come")  # it was sent to them, whatever came later
    assert replies(stage.scene.database) == {participant: ("in-person", "chat", 0)}
    other = add_event(stage.scene, "other")
    for data in (
        rsvp(other, "in-person"),
        rsvp(999, "no"),
        rsvp(event, "hall"),
        "rsvp:x:no",
        f"rsvp:{2**70}:no",
        "rsvp:",
    ):
        await person.presses_data(shown["id"], data, force=True)
        await stage.hears()
        assert await toast(person)
    assert replies(stage.scene.database) == {participant: ("in-person", "chat", 0)}


async def test_the_same_update_twice_replies_once(stage: Stage) -> None:
    _, participant, person = await invited(stage)
    await person.presses("Maybe")
    updates = await stage.bot.get_updates(timeout=0)
    for _ in range(2):
        for update in updates:
            await stage.dispatcher().feed_update(stage.bot, update)
    await stage.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)
    assert replies(stage.scene.database) == {participant: ("maybe", "chat", 0)}


async def test_the_delivery_is_a_row_of_the_ledger_like_any_other(stage: Stage) -> None:
    await invited(stage)
    found = stage.scene.database.read(lambda s: s.scalar(select(func.count()).where(Delivery.state == "sent")))
    assert found == 1


def test_what_a_button_carries() -> None:
    assert unpack(rsvp(7, "in-person")) == RsvpPress(7, "in-person")
    assert len(rsvp(2**63 - 1, "in-person")) <= 64
    for data in ("rsvp:", "rsvp:x:no", "rsvp:-1:no", f"rsvp:{2**63}:no"):
        assert unpack(data) is None
