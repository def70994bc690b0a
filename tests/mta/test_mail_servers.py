"""Mails go through a real mail server, come back from it, and are read on a real IMAP server."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.imap import ImapServer, parse_imap
from notifications.intake.reading import IntakeDeps, parse_source, take_all
from notifications.intake.source import MailboxGone
from notifications.intake.tables import IncomingMail
from notifications.sending.context import Voice
from tests.notifications.office import Person
from tests.notifications.sending import SECRET, VOICE, planned
from tests.support.mail_servers import PASSWORD, MailServers, free_ports, mail_servers, why_not
from tests.support.sandbox import RunningSandbox, running_sandbox

RETURNS = ReturnAddresses("ritorni@example.org", Links(SECRET))
WITH_RETURNS = Voice(VOICE.mail_from, VOICE.urls, VOICE.domain, RETURNS.mailbox)
MARIA = Person("Marià «Rossi»", email="maria@example.com")
GONE = Person("gone", email="gone@example.com")
FULL = Person("full", email="full@example.com")
REFUSALS = {GONE.email: "550 5.1.1 User unknown", FULL.email: "552 5.2.2 Mailbox full"}

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
    pytest.mark.xdist_group("mta"),
    pytest.mark.timeout(180),
]


class Refuses:
    """The mail server of another organisation."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        return REFUSALS.get(address.lower(), "550 5.7.1 Relaying denied")


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    (port,) = free_ports(1)
    elsewhere = Controller(Refuses(), hostname="127.0.0.1", port=port)
    elsewhere.start()
    mailboxes = {"ritorni@example.org": "ritorni", MARIA.email: "maria"}
    try:
        with mail_servers(mailboxes, dict.fromkeys(REFUSALS, port)) as running:
            yield running
    finally:
        elsewhere.stop()


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def until(fits: Callable[[], bool], servers: MailServers) -> None:
    for _ in range(400):
        if fits():
            return
        time.sleep(0.05)
    raise AssertionError(servers.log()[-4000:])


def imap(servers: MailServers, security: str = "imaps") -> ImapServer:
    port = servers.imaps if security == "imaps" else servers.imap
    server = parse_imap(f"{security}://ritorni:{quote(PASSWORD, safe='')}@localhost:{port}/INBOX")
    return replace(server, trusted=servers.trusted)


@pytest.mark.parametrize("security", ["imaps", "imap+starttls", "imap"])
async def test_what_comes_back_through_real_servers_acts_once(
    security: str, servers: MailServers, database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    seen = len(servers.mails("ritorni")), len(servers.mails("maria"))
    telling = planned(database, sandbox, clock, [MARIA, GONE, FULL])
    relay = EmailChannel(parse_relay(f"smtp://127.0.0.1:{servers.smtp}"))
    async with telling.sender(voice=WITH_RETURNS, channels=(relay,)):
        await telling.settles()
    assert {state for state, _, _ in telling.states().values()} == {"sent"}
    until(lambda: (len(servers.mails("ritorni")), len(servers.mails("maria"))) == (seen[0] + 2, seen[1] + 1), servers)
    mail = email.message_from_bytes(servers.mails("maria")[-1], policy=email.policy.default)
    assert mail["Return-Path"] == f"<{RETURNS.bounces(telling.deliveries()[MARIA.name].id)}>"
    assert mail["Reply-To"] == RETURNS.replies(telling.deliveries()[MARIA.name].id)
    assert isinstance(mail, EmailMessage)
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Gentile Marià «Rossi»," in plain.get_content()
    deps = IntakeDeps(database, clock, RETURNS, imap(servers, security))
    assert take_all(deps) == 2
    assert take_all(deps) == 0
    assert telling.states() == {
        MARIA.name: ("sent", "email", ""),
        GONE.name: ("bounced", "email", "no-mailbox"),
        FULL.name: ("bounced", "email", "mailbox-full"),
    }
    kept = database.read(lambda session: session.scalar(select(func.count(IncomingMail.id))))
    assert kept == 2


def test_a_mailbox_that_cannot_be_read_is_said_and_not_fatal(
    servers: MailServers, database: Database, clock: FixedClock
) -> None:
    good = imap(servers)
    for wrong in (
        replace(good, password="another"),
        replace(good, folder="Nowhere"),
        replace(good, trusted=None),  # a certificate that nobody knows
        replace(good, port=servers.smtp, security="imap"),
    ):
        with pytest.raises(MailboxGone):
            take_all(IntakeDeps(database, clock, RETURNS, wrong))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("imaps://u%40x:p%2Fw@mail.example.org/Ritorni%20qui", ("mail.example.org", 993, "u@x", "p/w", "Ritorni qui")),
        ("imap+starttls://u:p@mail.example.org:1143", ("mail.example.org", 1143, "u", "p", "INBOX")),
    ],
)
def test_addresses_of_mailboxes(text: str, expected: tuple[object, ...]) -> None:
    found = parse_source(text)
    assert isinstance(found, ImapServer)
    assert (found.host, found.port, found.user, found.password, found.folder) == expected
    assert re.search("password", repr(found)) is None
