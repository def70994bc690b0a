"""The code for the door, in the mail and in the chat, for those who come in person and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from core.process.door.codes import code_for, picture, read_code
from core.process.door.telling import send_codes
from core.process.events import load_event
from core.process.tables import Attendance, Event
from notifications.channels.telegram import TelegramChannel
from notifications.ledger.tables import Mailing, MailingText
from notifications.planning.notices import plan_notices
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.loop import Pace, Sender, SenderDeps
from tests.bots.stage import Stage, labels
from tests.events.scene import STARTS, replies
from tests.events.test_chat import invited
from tests.events.test_telling import plan, prepared, say, sent_to
from tests.notifications.office import RULES
from tests.notifications.sending import SECRET, VOICE, Telling
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import TOKENS, RunningSandbox

__all__ = ["quiet", "sandbox", "stage"]  # fixtures
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def mails(telling: Telling) -> dict[str, EmailMessage]:
    """By whom they went to; a later one takes the place of an earlier one."""
    found = {}
    for one in telling.sandbox.world.mail.kept:
        mail = message_from_bytes(one.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        assert not mail.defects
        found[one.recipients[0].partition("@")[0]] = mail
    return found


def pictures(mail: EmailMessage) -> list[bytes]:
    return [bytes(one.get_content()) for one in mail.walk() if one.get_content_type() == "image/png"]


async def test_a_reminder_brings_the_code_to_those_who_come_in_person(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock)
    for name in ("in-person", "online", "maybe"):
        say(telling, name, name)
    plan(telling)
    await sent_to(telling)
    found = mails(telling)
    assert [len(pictures(found[name])) for name in ("in-person", "online", "maybe", "silent")] == [1, 0, 0, 0]
    person = telling.rows.people["in-person"]
    event = database.read(lambda s: s.scalars(select(Event.id)).one())
    address = VOICE.urls.door(code_for(Links(SECRET), person, event))
    assert read_code(Links(SECRET), address) == (person, event)
    mail = found["in-person"]
    plain, page = mail.get_body(("plain",)), mail.get_body(("related", "html"))
    assert plain is not None and page is not None
    assert address in plain.get_content() and "Il Suo codice per l'ingresso" in plain.get_content()
    assert pictures(mail) == [picture(address)], "what the picture holds is what the text says"
    (drawn,) = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert f"cid:{drawn['Content-ID'].strip('<>')}" in page.as_string().replace("=\n", "").replace("=3D", "=")
    assert drawn.get_content_disposition() == "inline"


async def test_staff_send_each_their_code_once(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = prepared(database, sandbox, clock)
    event = database.read(lambda s: s.scalars(select(Event.id)).one())
    for name in ("in-person", "maybe", "online"):
        say(telling, name, name if name != "maybe" else "in-person")
    sent = [database.write(lambda s: send_codes(s, load_event(s, event), clock.now())) for _ in range(2)]
    assert sent == [2, 0]
    say(telling, "maybe", "no")  # meanwhile
    telling.write(lambda session: plan_notices(session, clock.now()))
    async with telling.sender():
        await telling.until(lambda one: not one.count("planned", "claimed", "handed-over"))
    found = mails(telling)
    assert list(found) == ["in-person"] and len(pictures(found["in-person"])) == 1
    assert "codice" in found["in-person"]["Subject"]


async def test_in_the_chat_the_code_comes_with_the_reply_and_on_demand(stage: Stage) -> None:
    _, participant, person = await invited(stage)
    await stage.press(person, "I come")
    message = (await person.bot_messages())[-1]
    assert message["media"]["kind"] == "photo" and "Your code for the door" in message["text"]
    before = len(await person.bot_messages())
    await stage.press(person, "I come")
    assert len(await person.bot_messages()) == before, "the same reply again brings no second one"
    for command in ("/entry", "/ingresso"):
        shown = await stage.say(person, command)
        assert shown["media"]["kind"] == "photo" and "Launch event" in shown["text"]
    stage.clock.set(STARTS - timedelta(minutes=10))
    await stage.press(person, "I follow online")
    asked = await stage.say(person, "/entry")
    assert labels(asked) == ["I am following online"]
    await stage.press(person, "I am following online")
    row = stage.scene.database.read(lambda s: s.scalars(select(Attendance)).one())
    assert (row.participant_id, row.came, row.came_at) == (participant, "online", stage.clock.now())
    assert replies(stage.scene.database)[participant][0] == "online"
    stage.clock.set(STARTS - timedelta(days=3))
    assert "9:45" in (await stage.say(person, "/entry"))["text"]
    await stage.press(person, "I cannot come")
    assert "no event to come" in (await stage.say(person, "/entry"))["text"]


async def test_in_the_chat_a_reminder_brings_the_code_or_a_button(stage: Stage) -> None:
    _, _, person = await invited(stage)
    await stage.press(person, "I come")
    scene, database = stage.scene, stage.scene.database

    async def remind(slug: str, anchor: dict[str, Any], due: datetime) -> list[dict[str, Any]]:
        stage.clock.set(due + timedelta(minutes=1))
        audience = scene.audience(slug, {"everyone": True})
        before = len(await person.bot_messages())
        mailing = scene.insert(
            Mailing, office_id=scene.office_id, process_id=scene.process_id, slug=slug, kind="reminder",
            purpose="events", audience_id=audience, anchor={"event": "launch", "at": "starts", **anchor},
            missed={}, state="released", released_at=stage.clock.now(),
        )  # fmt: skip
        buttons = [{"kind": "rsvp"}] if slug == "first" else []
        text = {"subject": "Reminder", "body": "It is on {{ starts_on }}.", "buttons": buttons}
        scene.insert(MailingText, mailing_id=mailing, language="en", **text)
        database.write(lambda s: schedule_occurrences(s, None, stage.clock.now()))
        database.write(lambda s: plan_all_due(s, stage.clock.now(), RULES))
        channel = TelegramChannel(TOKENS["participants"], stage.sandbox.addresses.telegram)
        deps = SenderDeps(
            database=database, clock=stage.clock, links=stage.links, voice=VOICE, channels=(channel,),
            paces={"telegram": Pace(1000)}, name="sender-3",
        )  # fmt: skip
        assert (await Sender(deps).one_group(channel)).claimed == 1
        await channel.close()
        return (await person.bot_messages())[before:]

    told = await remind("first", {"days": -1}, STARTS - timedelta(days=1))
    assert [one["media"]["kind"] for one in told if one.get("media")] == ["photo"]
    (picture,) = [one for one in told if one.get("media")]
    assert "Launch event" in str(picture), "of which event it is the code"
    assert "Reminder" in str(told[-1]["text"])
    assert labels(told[-1])[:2] == ["✓ I come", "I follow online"]
    await stage.press(person, "I follow online")
    told = await remind("second", {"time": "09:15"}, STARTS - timedelta(minutes=45))
    assert not any(one.get("media") for one in told)
    assert labels(told[-1]) == ["I am following online"]
