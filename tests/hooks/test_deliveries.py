"""Messages that left, came back or were called unwanted are told to webhooks, with their numbers and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from core.clock import FixedClock
from core.database.database import Database
from core.notices import News, tell
from core.people.tables import Membership
from core.process.tables import Office
from core.webhooks.kinds import Kind
from core.webhooks.tables import WebhookCall
from notifications.ledger.happenings import emit_deliveries
from notifications.ledger.release import settle_doubt
from notifications.ledger.tables import Delivery
from notifications.planning.notices import plan_notices
from tests.hooks.receiver import receiving
from tests.hooks.scene import calling, calls, hook
from tests.intake.mails import COMPLAINT, addressed
from tests.intake.test_taking_in import RETURNS, UNKNOWN, WITH_RETURNS, Sent
from tests.notifications.office import Person
from tests.notifications.sending import Telling, planned
from tests.people import scene as people
from tests.support.sandbox import RunningSandbox, running_sandbox

ANNA = Person("anna", email="anna@example.com")
CHAT = Person("chat", telegram="31")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


async def sent(database: Database, sandbox: RunningSandbox, clock: FixedClock, *who: Person) -> Telling:
    telling = planned(database, sandbox, clock, list(who))
    hook(database, telling.rows.office, "https://programs.example.org/")
    other = database.write(lambda session: people.office(session, "other"))
    hook(database, other, "https://programs.example.org/")
    async with telling.sender(voice=WITH_RETURNS):
        await telling.settles()
    return telling


def told(database: Database) -> list[tuple[str, int | None, dict[str, object]]]:
    return [(one.kind, one.participant_id, one.data) for one in calls(database)]


async def test_what_left_is_told_for_each_person(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = await sent(database, sandbox, clock, ANNA, CHAT, Person("nowhere"))
    found = {data["channel"]: (kind, person, data) for kind, person, data in told(database)}
    deliveries = telling.deliveries()
    for name, channel in (("anna", "email"), ("chat", "telegram")):
        data = {"process": "psm", "mailing": "invitation", "delivery": deliveries[name].id, "channel": channel}
        assert found[channel] == ("delivery.delivered", telling.rows.people[name], data)
    assert len(calls(database)) == 2
    assert {one.webhook_id for one in calls(database)} == {1}


async def test_a_bounce_and_a_complaint_are_told(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = await sent(database, sandbox, clock, ANNA)
    bounces, _ = Sent(telling).addresses(ANNA)
    for _ in range(2):
        Sent(telling).take(addressed(UNKNOWN, bounces))
    (delivery,) = telling.deliveries().values()
    data = {
        "process": "psm", "mailing": "invitation", "delivery": delivery.id, "channel": "email",
        "reason": "no-mailbox", "hard": True,
    }  # fmt: skip
    person = telling.rows.people["anna"]
    assert told(database)[1:] == [("delivery.bounced", person, data)]
    Sent(telling).take(
        COMPLAINT.replace(b"Message-ID: <delivery-7", f"Return-Path: <{bounces}>\nMessage-ID: <d".encode())
    )
    kind, whose, data = told(database)[-1]
    assert (kind, whose, data["source"]) == ("participant.unsubscribed", person, "complaint")
    assert RETURNS.bounces(delivery.id) == bounces


async def test_what_staff_take_as_sent_counts_as_delivered(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [ANNA])
    hook(database, telling.rows.office, "https://programs.example.org/")
    (delivery,) = telling.deliveries().values()
    for resend, count in ((True, 0), (False, 1)):
        telling.write(lambda session: session.execute(update(Delivery).values(state="in-doubt")))
        telling.write(lambda s, resend=resend: settle_doubt(s, delivery.id, resend=resend, now=clock.now()))  # type: ignore[misc]
        assert len(calls(database)) == count


async def test_codes_and_notices_are_nobodys_business(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, [ANNA])
    hook(database, telling.rows.office, "https://programs.example.org/")
    person = telling.rows.people["anna"]
    news = News("join-code", "k", person, "email", telling.rows.office, {"code": "123456"})
    telling.write(lambda session: tell(session, news, clock.now()))
    telling.write(lambda session: plan_notices(session, clock.now()))
    ids = list(range(1, 10))
    telling.write(lambda session: emit_deliveries(session, Kind.DELIVERED, ids, clock.now()))
    assert [one.data["mailing"] for one in calls(database)] == ["invitation"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_address_and_no_text_leaves(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
    telling = await sent(database, sandbox, clock, ANNA)
    telling.write(lambda session: session.execute(update(Membership).values(reference="R-1")))
    async with receiving() as receiver:
        hook(database, telling.rows.office, receiver.url)
        telling.write(lambda session: session.execute(update(WebhookCall).values(webhook_id=3)))
        async with calling(database, clock):
            (received,) = await receiver.until(1)
    assert received.data["participant"] == "R-1"
    assert received.data["office"] == database.read(lambda s: s.get_one(Office, telling.rows.office)).slug
    for secret in (b"@", b"anna", b"Invito", b"Gentile"):
        assert secret not in received.body
