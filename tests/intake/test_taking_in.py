"""What comes back acts on its delivery, with the signed address of a mail that really left."""

from __future__ import annotations

import email
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from core.people.consent import consents
from core.people.suppression import is_suppressed
from core.people.tables import Suppression
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.reading import IntakeDeps, parse_source, take_all
from notifications.intake.service import Taken, take_in
from notifications.intake.tables import IncomingMail
from notifications.ledger.release import settle_doubt
from notifications.ledger.tables import Attempt, Delivery, Occurrence
from notifications.sending.context import Voice
from tests.intake.mails import COMPLAINT, addressed, report, told, written
from tests.notifications.office import Person
from tests.notifications.sending import SECRET, VOICE, Telling, planned
from tests.support.sandbox import RunningSandbox, running_sandbox

MAILBOX = "ritorni@example.org"
RETURNS = ReturnAddresses(MAILBOX, Links(SECRET))
WITH_RETURNS = Voice(VOICE.mail_from, VOICE.urls, VOICE.domain, MAILBOX)
ANNA = Person("anna", email="anna@example.com")
BOTH = Person("both", email="both@example.com", telegram="31", preferred="email")
UNKNOWN = report("550 5.1.1 <anna@example.com>: User unknown", "5.1.1")
FULL = report("552 5.2.2 <anna@example.com>: Mailbox full", "5.2.2")


@dataclass
class Sent:
    """A mailing that left by mail, and what came of each mail: its envelope's sender and where answers go."""

    telling: Telling

    def addresses(self, person: Person) -> tuple[str, str]:
        mail = next(one for one in self.telling.sandbox.world.mail.kept if list(one.recipients) == [person.email])
        return mail.sender, email.message_from_bytes(mail.raw)["Reply-To"]

    def take(self, raw: bytes) -> Taken | None:
        now = self.telling.clock.now()
        return self.telling.database.write(lambda session: take_in(session, raw, RETURNS, now))

    def kept(self) -> list[IncomingMail]:
        statement = select(IncomingMail).order_by(IncomingMail.id)
        return self.telling.database.read(lambda session: list(session.scalars(statement)))

    def suppressed(self, address: str) -> bool:
        return self.telling.database.read(lambda session: is_suppressed(session, "email", address))

    def reason(self) -> str | None:
        return self.telling.database.read(lambda session: session.scalar(select(Suppression.reason)))


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


Send = Callable[..., Any]


@pytest.fixture
def send(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> Send:
    async def work(*people: Person) -> Sent:
        telling = planned(database, sandbox, clock, list(people))
        async with telling.sender(voice=WITH_RETURNS):
            await telling.settles()
        return Sent(telling)

    return work


async def test_a_mailbox_that_is_not_there_is_not_written_to_again(send: Send) -> None:
    sent: Sent = await send(ANNA, Person("other", email="other@example.com"))
    bounces, _ = sent.addresses(ANNA)
    sent.take(addressed(UNKNOWN, bounces))
    assert sent.telling.states() == {"anna": ("bounced", "email", "no-mailbox"), "other": ("sent", "email", "")}
    assert sent.suppressed("anna@example.com")
    assert not sent.suppressed("other@example.com")
    attempt = sent.telling.database.read(lambda session: session.scalars(select(Attempt)).one())
    assert (attempt.outcome, attempt.detail) == ("Bounced", "5.1.1 no-mailbox")


async def test_the_same_mail_acts_once(send: Send) -> None:
    sent: Sent = await send(ANNA)
    mail = addressed(UNKNOWN, sent.addresses(ANNA)[0])
    assert sent.take(mail) is not None
    assert sent.take(mail) is None
    assert len(sent.kept()) == 1
    # Another report on the same delivery changes nothing either.
    sent.take(mail.replace(b"It did not work.", b"It still does not work."))
    assert [one.state for one in sent.kept()] == ["acted", "ignored"]


async def test_who_has_a_chat_is_told_there_instead(send: Send, sandbox: RunningSandbox) -> None:
    sent: Sent = await send(BOTH)
    sent.take(addressed(UNKNOWN, sent.addresses(BOTH)[0]))
    assert sent.telling.states()["both"][:2] == ("planned", "telegram")
    async with sent.telling.sender("sender-2", voice=WITH_RETURNS):
        await sent.telling.settles()
    assert sent.telling.states()["both"] == ("sent", "telegram", "")
    assert len(await sandbox.sent()) == 1
    assert len(sandbox.world.mail.kept) == 1


async def test_a_full_mailbox_is_written_to_until_it_has_been_full_for_five_mails(send: Send) -> None:
    sent: Sent = await send(ANNA)
    (delivery,) = sent.telling.deliveries().values()
    sent.take(addressed(FULL, RETURNS.bounces(delivery.id)))
    assert sent.telling.states()["anna"] == ("bounced", "email", "mailbox-full")
    assert not sent.suppressed("anna@example.com")
    for number in range(4):
        other = sent.telling.database.write(partial(_another, like=delivery, number=number))
        assert not sent.suppressed("anna@example.com")
        sent.take(addressed(FULL, RETURNS.bounces(other)))
    assert sent.suppressed("anna@example.com")
    assert sent.reason() == "bounce:repeated"


def _another(session: Any, like: Delivery, number: int) -> int:
    first = session.get_one(Occurrence, like.occurrence_id)
    occurrence = Occurrence(
        mailing_id=like.mailing_id,
        key=f"again-{number}",
        due_local=first.due_local,
        time_zone=first.time_zone,
        due_at=first.due_at,
        state="planned",
        values={},
    )
    session.add(occurrence)
    session.flush()
    again = Delivery(
        mailing_id=like.mailing_id,
        occurrence_id=occurrence.id,
        participant_id=like.participant_id,
        channel="email",
        address_id=like.address_id,
        state="sent",
        attempts=1,
        due_at=like.due_at,
    )
    session.add(again)
    session.flush()
    return int(again.id)


async def test_what_is_still_being_tried_changes_nothing(send: Send) -> None:
    sent: Sent = await send(ANNA)
    bounces, _ = sent.addresses(ANNA)
    sent.take(addressed(report("connection timed out", "4.4.1", action="delayed"), bounces))
    sent.take(addressed(report("250 2.1.5 Ok", "2.1.5", action="delivered"), bounces))
    assert sent.telling.states() == {"anna": ("sent", "email", "")}
    assert [one.state for one in sent.kept()] == ["ignored", "ignored"]


async def test_a_complaint_ends_all_mails_of_the_office(send: Send, database: Database) -> None:
    sent: Sent = await send(ANNA)
    bounces, _ = sent.addresses(ANNA)
    # It comes to the provider's address for us; the mail it returns shows which one it is about.
    sent.take(COMPLAINT.replace(b"Message-ID: <delivery-7", f"Return-Path: <{bounces}>\nMessage-ID: <d".encode()))
    assert sent.suppressed("anna@example.com")
    (person,) = sent.telling.rows.people.values()
    office = sent.telling.rows.office
    stated = database.read(lambda session: consents(session, person, office))
    assert len(stated) == 8
    assert not any(stated.values())
    assert [(one.kind, one.state) for one in sent.kept()] == [("complaint", "acted")]


async def test_an_answer_reaches_staff_with_who_wrote_it_and_without_the_quotation(send: Send) -> None:
    sent: Sent = await send(ANNA)
    _, replies = sent.addresses(ANNA)
    words = "Non trovo il collegamento.\n\nIl giorno 6 luglio l'Ufficio <a@example.org> ha scritto:\n> Gentile Anna"
    sent.take(addressed(written(words), replies))
    (kept,) = sent.kept()
    (person,) = sent.telling.rows.people.values()
    assert (kept.kind, kept.state, kept.participant_id, kept.words) == (
        "none", "for-staff", person, "Non trovo il collegamento.",
    )  # fmt: skip
    assert kept.office_id == sent.telling.rows.office


async def test_programs_that_answer_reach_nobody(send: Send) -> None:
    sent: Sent = await send(ANNA)
    _, replies = sent.addresses(ANNA)
    sent.take(addressed(written("Torno lunedì.", headers="Auto-Submitted: auto-replied\n"), replies))
    sent.take(addressed(written("Your message is held. Please confirm that you are a person."), replies))
    assert sent.telling.states() == {"anna": ("sent", "email", "")}
    assert [(one.kind, one.state, one.words) for one in sent.kept()] == [
        ("auto-reply", "ignored", ""),
        ("challenge", "ignored", ""),
    ]


async def test_what_is_not_signed_acts_on_nobody_and_goes_to_staff(send: Send) -> None:
    sent: Sent = await send(ANNA)
    bounces, replies = sent.addresses(ANNA)
    (delivery,) = sent.telling.deliveries().values()
    forged = bounces.replace("+b-", "+b-a")
    other = ReturnAddresses(MAILBOX, Links("another secret of at least thirty-two")).bounces(delivery.id)
    as_bounce = replies.replace("+r-", "+b-")
    for to in (
        MAILBOX,
        forged,
        other,
        as_bounce,
        replies,
        f"ritorni+b-@{'example.org'}",
        "ritorni+b-zzzzzzzz@example.org",
    ):
        sent.take(addressed(UNKNOWN, to))
    sent.take(told("<anna@example.com>:\n550 User unknown"))
    assert sent.telling.states() == {"anna": ("sent", "email", "")}
    assert not sent.suppressed("anna@example.com")
    assert {one.state for one in sent.kept()} == {"for-staff"}


async def test_an_address_may_come_back_in_capitals_and_in_any_header(send: Send) -> None:
    sent: Sent = await send(ANNA)
    bounces, _ = sent.addresses(ANNA)
    local = bounces.partition("@")[0]
    assert len(local) <= 64
    sent.take(f"Delivered-To: {bounces.upper()}\n".encode() + UNKNOWN)
    assert sent.telling.states()["anna"][0] == "bounced"


async def test_a_maildir_is_read_once_whatever_lies_in_it(send: Send, tmp_path: Path) -> None:
    sent: Sent = await send(ANNA)
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    mail = addressed(UNKNOWN, sent.addresses(ANNA)[0])
    (tmp_path / "new" / "1.bounce").write_bytes(mail)
    (tmp_path / "new" / "2.the-same-again").write_bytes(mail)
    (tmp_path / "new" / "3.nothing").write_bytes(b"")
    (tmp_path / "new" / "4.too-large").write_bytes(b"x" * 20_000_001)
    (tmp_path / "new" / "5.folder").mkdir()
    telling = sent.telling
    deps = IntakeDeps(telling.database, telling.clock, RETURNS, parse_source(f"maildir:{tmp_path}"))
    assert take_all(deps) == 4
    assert take_all(deps) == 0
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == [
        "1.bounce:2,S", "2.the-same-again:2,S", "3.nothing:2,S", "4.too-large:2,F",
    ]  # fmt: skip
    assert telling.states()["anna"][0] == "bounced"
    assert telling.database.read(lambda session: session.scalar(select(func.count(IncomingMail.id)))) == 2


async def test_a_bounce_that_comes_before_its_outcome_was_written_down_stands(send: Send) -> None:
    sent: Sent = await send(ANNA)
    bounces, _ = sent.addresses(ANNA)

    def in_flight(session: Any) -> None:
        session.scalars(select(Delivery)).one().state = "handed-over"

    sent.telling.write(in_flight)
    sent.take(addressed(UNKNOWN, bounces))
    assert sent.telling.states()["anna"][0] == "bounced"
    sent.telling.clock.set(sent.telling.clock.now() + timedelta(days=1))
    assert sent.telling.states()["anna"] == ("bounced", "email", "no-mailbox")


@pytest.mark.parametrize("taken_as_sent", [False, True])
async def test_a_mail_in_doubt_may_come_back(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, taken_as_sent: bool
) -> None:
    telling = planned(database, sandbox, clock, [ANNA])
    await sandbox.misbehaves(mail={"drop": "after"})
    async with telling.sender(voice=WITH_RETURNS):
        await telling.until(lambda one: one.count("in-doubt") == 1)
    sent, (delivery,) = Sent(telling), telling.deliveries().values()
    if taken_as_sent:
        telling.write(lambda session: settle_doubt(session, delivery.id, resend=False, now=clock.now()))
    assert sent.take(addressed(UNKNOWN, RETURNS.bounces(delivery.id))) is not None
    assert telling.states()["anna"] == ("bounced", "email", "no-mailbox")
    attempts = database.read(lambda session: session.execute(select(Attempt.number, Attempt.outcome)).all())
    assert [tuple(one) for one in attempts] == [(1, "Bounced")]


class Refusing(Database):
    """A database that refuses the first mail."""

    def __init__(self, url: str, error: type[DBAPIError]) -> None:
        super().__init__(url)
        self.errors = [error]

    def write(self, work: Callable[[Session], Any]) -> Any:
        if self.errors:
            raise self.errors.pop()("INSERT", {}, Exception("it does not fit"))
        return super().write(work)


@pytest.mark.parametrize(("error", "taken"), [(IntegrityError, 2), (OperationalError, 0)])
def test_a_mail_that_the_database_refuses_stops_no_other(
    database_url: str, clock: FixedClock, tmp_path: Path, error: type[DBAPIError], taken: int
) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in (1, 2):
        (tmp_path / "new" / f"{number}.mail").write_bytes(written(f"Number {number}."))
    refusing = Refusing(database_url, error)
    deps = IntakeDeps(refusing, clock, RETURNS, parse_source(f"maildir:{tmp_path}"))
    try:
        if taken:
            assert take_all(deps) == taken
        else:  # the database is gone: the mail waits
            with pytest.raises(error):
                take_all(deps)
    finally:
        refusing.close()
    marked = sorted(path.name for path in (tmp_path / "cur").iterdir())
    assert marked == (["1.mail:2,F", "2.mail:2,S"] if taken else [])
