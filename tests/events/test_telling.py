"""A reminder decides at the moment of sending; an invitation is not sent to those who have replied."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import event as events
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.merging import merge
from core.people.tables import Audience, Participant
from core.process.attendance import Given, reply
from core.process.tables import Event
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.planning.planner import plan_all_due, plan_missing
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.context import Voice
from notifications.sending.loop import Sender
from tests.notifications.office import RULES, Person, make_mailing, make_office
from tests.notifications.sending import VOICE, Telling
from tests.support.sandbox import RunningSandbox, running_sandbox

STARTS = datetime(2023, 9, 27, 8, 0, tzinfo=UTC)
DUE = STARTS - timedelta(days=1)
ANCHOR = {"event": "launch", "at": "starts", "days": -1}
REPLIES = ("in-person", "online", "maybe", "no", "")
PEOPLE = [Person(one or "silent", email=f"{one or 'silent'}@example.com") for one in REPLIES]
RSVP = [{"kind": "rsvp", "label": "Risponda qui"}]
WITH_RETURNS = Voice(VOICE.mail_from, VOICE.urls, VOICE.domain, "ritorni@example.org")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def prepared(
    database: Database,
    sandbox: RunningSandbox,
    clock: FixedClock,
    *,
    buttons: Any = (),
    people: Any = PEOPLE,
    **mailing: Any,
) -> Telling:
    """A mailing about the launch that is due; nothing planned, nobody has replied."""

    def work(session: Session) -> Any:
        rows = make_office(session, people)
        values = {"kind": "reminder", "purpose": "events", "round_id": None, "anchor": ANCHOR} | mailing
        mailing_id = make_mailing(session, rows, **values)
        for text in session.scalars(select(MailingText).where(MailingText.mailing_id == mailing_id)):
            text.body, text.buttons = "{{ event }}, {{ starts_on }}", list(buttons)
        event = session.scalars(select(Event)).one()
        event.online = True
        schedule_occurrences(session, None, clock.now())
        return rows

    clock.set(DUE + timedelta(minutes=1))
    return Telling(database, sandbox, clock, database.write(work))


def say(telling: Telling, name: str, what: str) -> None:
    def work(session: Session) -> None:
        event = session.scalars(select(Event.id)).one()
        reply(session, Given(event, telling.rows.people[name], what, "web"), telling.clock.now() - timedelta(hours=1))

    telling.write(work)


def all_say(telling: Telling) -> None:
    for one in PEOPLE:
        if one.name != "silent":
            say(telling, one.name, one.name)


def plan(telling: Telling) -> None:
    telling.write(lambda session: plan_all_due(session, telling.clock.now(), RULES))


async def sent_to(telling: Telling) -> list[str]:
    async with telling.sender():
        await telling.settles()
    return sorted(name for name, (state, _, _) in telling.states().items() if state == "sent")


def reasons(telling: Telling) -> dict[str, str]:
    return {name: reason for name, (state, _, reason) in telling.states().items() if state == "skipped"}


async def test_a_reminder_is_not_planned_for_who_declined(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock)
    all_say(telling)
    plan(telling)
    assert reasons(telling) == {"no": "declined"}
    assert await sent_to(telling) == ["in-person", "maybe", "online", "silent"]


async def test_a_reminder_decides_at_the_moment_of_sending(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock)
    plan(telling)
    assert reasons(telling) == {}
    all_say(telling)
    assert await sent_to(telling) == ["in-person", "maybe", "online", "silent"]
    assert reasons(telling) == {"no": "declined"}


@pytest.mark.parametrize("early", [True, False])
async def test_an_invitation_goes_only_to_those_who_have_not_replied(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, early: bool
) -> None:
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP)
    for act in (all_say, plan) if early else (plan, all_say):
        act(telling)
    assert await sent_to(telling) == ["silent"]
    assert reasons(telling) == {"in-person": "answered", "online": "answered", "maybe": "answered", "no": "declined"}


async def test_to_the_missing_only_leaves_out_who_replied_meanwhile(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    later = [Person("late", email="late@example.com"), Person("later", email="later@example.com")]
    until = DUE + timedelta(days=1)
    paused = [Person(one.name, email=one.email, paused_until=until) for one in later]
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=[*PEOPLE, *paused])
    plan(telling)
    assert reasons(telling) == {"late": "paused", "later": "paused"}
    assert len(await sent_to(telling)) == 5

    def resume(session: Session) -> None:
        for one in session.scalars(select(Participant)):
            one.paused_until = None

    telling.write(resume)
    say(telling, "late", "maybe")
    telling.write(lambda s: plan_missing(s, s.scalars(select(Occurrence.id)).one(), telling.clock.now(), RULES))
    assert await sent_to(telling) == sorted([*(one.name for one in PEOPLE), "later"])
    assert reasons(telling) == {"late": "answered"}


async def test_a_reminder_for_the_silent_goes_to_nobody_who_has_replied_meanwhile(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock)

    def only_silent(session: Session) -> None:
        audience = session.scalars(select(Audience)).one()
        audience.rule = {"all": [{"everyone": True}, {"rsvp": {"event": "launch", "reply": "none"}}]}

    telling.write(only_silent)
    say(telling, "no", "no")
    plan(telling)
    assert "no" not in telling.states(), "not in the audience"
    say(telling, "online", "online")
    assert await sent_to(telling) == ["in-person", "maybe", "silent"]
    assert reasons(telling) == {"online": "answered"}


async def test_other_mailings_about_the_event_go_to_everybody(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock, kind="mailing")
    all_say(telling)
    plan(telling)
    assert len(await sent_to(telling)) == 5


@pytest.mark.parametrize("early", [True, False])
async def test_a_reply_of_somebody_merged_counts_for_who_remains(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, early: bool
) -> None:
    telling = prepared(database, sandbox, clock)
    people = telling.rows.people
    say(telling, "no", "no")

    def merge_twice(session: Session) -> None:
        merge(session, people["no"], people["maybe"], telling.clock.now())
        merge(session, people["maybe"], people["silent"], telling.clock.now())

    if early:
        telling.write(merge_twice)
        plan(telling)
        assert reasons(telling) == {"silent": "declined"}
    else:
        plan(telling)
        telling.write(merge_twice)
    assert await sent_to(telling) == ["in-person", "online"]
    assert reasons(telling)["silent"] == "declined"


async def test_the_event_may_be_named_beside_the_anchor(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock)

    def other_anchor(session: Session) -> None:
        mailing = session.scalars(select(Mailing)).one()
        mailing.anchor = {"phase": "analysis", "at": "opens", "days": 5, "time": "10:00"}
        mailing.event_id = session.scalars(select(Event.id)).one()
        schedule_occurrences(session, None, telling.clock.now())

    telling.write(other_anchor)
    say(telling, "no", "no")
    plan(telling)
    say(telling, "maybe", "no")
    assert await sent_to(telling) == ["in-person", "online", "silent"]
    assert reasons(telling) == {"no": "declined", "maybe": "declined"}


@pytest.mark.parametrize(("late", "cancelled"), [(True, False), (False, True)])
async def test_nobody_is_reminded_of_what_has_begun_or_was_called_off(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, late: bool, cancelled: bool
) -> None:
    telling = prepared(database, sandbox, clock, people=PEOPLE[:2])
    plan(telling)
    if late:
        clock.set(STARTS)

    def call_off(session: Session) -> None:
        session.scalars(select(Event)).one().cancelled = cancelled

    telling.write(call_off)
    assert await sent_to(telling) == []
    assert set(reasons(telling).values()) == {"closed"}


async def test_word_that_it_was_called_off_leaves(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock, kind="mailing", people=PEOPLE[:2])

    def call_off(session: Session) -> None:
        session.scalars(select(Event)).one().cancelled = True

    telling.write(call_off)
    plan(telling)
    assert len(await sent_to(telling)) == 2


async def test_the_claim_is_judged_by_one_query(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    """However many replies and people there are."""
    telling = prepared(database, sandbox, clock)
    all_say(telling)
    plan(telling)
    sender = Sender(telling.make_deps("sender-1"))
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    events.listen(database.engine, "before_cursor_execute", note)
    await sender.one_group(telling.make_deps("sender-1").channels[1])
    events.remove(database.engine, "before_cursor_execute", note)
    for channel in sender.deps.channels:
        await channel.close()
    assert len([one for one in asked if one.lstrip().startswith(("SELECT", "WITH")) and "attendance" in one]) == 1


async def test_the_mail_has_one_button_and_lists_the_words(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    english = Person("maybe", email="maybe@example.com", language="en")
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=[PEOPLE[0], english])
    plan(telling)
    async with telling.sender(voice=WITH_RETURNS):
        await telling.settles()
    mails = {one.recipients[0]: message_from_bytes(one.raw, policy=policy.default) for one in sandbox.world.mail.kept}
    plain = mails["in-person@example.com"].get_body(("plain",))
    page = mails["in-person@example.com"].get_body(("html",))
    assert plain is not None and page is not None
    text, html = plain.get_content(), page.get_content()
    assert "Risponda qui: https://ascolto.example.org/events/" in text
    for line in ("1 – Vengo", "2 – Partecipo online", "3 – Forse", "4 – Non posso venire"):
        assert line in text and line in html
    assert html.count("/events/") == 1
    other = mails["maybe@example.com"].get_body(("plain",))
    assert other is not None and "4 – I cannot come" in other.get_content()


async def test_without_a_mailbox_for_answers_nothing_is_promised(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=[{"kind": "rsvp"}], people=PEOPLE[:1])
    plan(telling)
    await sent_to(telling)
    (mail,) = sandbox.world.mail.kept
    plain = message_from_bytes(mail.raw, policy=policy.default).get_body(("plain",))
    assert plain is not None and "Rispondere all'invito: https://" in plain.get_content()
    assert "1 –" not in plain.get_content()
