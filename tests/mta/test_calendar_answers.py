"""The invitation leaves through a real mail server, and what a calendar answers comes back over IMAP."""

from __future__ import annotations

import email
import email.policy
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest

from core.clock import FixedClock
from core.database.database import Database
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.intake.reading import IntakeDeps, take_all
from tests.calendars.mails import answer_mail, event
from tests.events.scene import replies
from tests.events.test_telling import RSVP, plan, prepared
from tests.mta.test_mail_servers import RETURNS, WITH_RETURNS, imap, until
from tests.notifications.office import Person
from tests.support.mail_servers import mail_servers, why_not
from tests.support.sandbox import RunningSandbox, running_sandbox

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
    pytest.mark.xdist_group("mta"),
    pytest.mark.timeout(180),
]
ANNA = Person("anna", email="anna@example.com")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


async def test_a_calendars_answer_comes_back_and_counts_once(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = prepared(database, sandbox, clock, kind="mailing", buttons=RSVP, people=[ANNA])
    plan(telling)
    with mail_servers({"ritorni@example.org": "ritorni", ANNA.email: "anna"}, {}) as servers:
        relay = EmailChannel(parse_relay(f"smtp://127.0.0.1:{servers.smtp}"))
        async with telling.sender(voice=WITH_RETURNS, channels=(relay,)):
            await telling.settles()
        until(lambda: len(servers.mails("anna")) == 1, servers)
        mail = email.message_from_bytes(servers.mails("anna")[0], policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        address = event(mail).organizer.value.removeprefix("mailto:")
        with smtplib.SMTP("127.0.0.1", servers.smtp) as connection:
            connection.sendmail(ANNA.email, [address], answer_mail(mail, "ACCEPTED"))
        until(lambda: len(servers.mails("ritorni")) == 1, servers)
        deps = IntakeDeps(database, clock, RETURNS, imap(servers))
        assert (take_all(deps), take_all(deps)) == (1, 0)
    assert replies(database) == {telling.rows.people["anna"]: ("in-person", "calendar", 0)}
