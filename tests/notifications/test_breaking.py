"""Whatever breaks between a claim and the letter, nothing is stranded and nothing is taken from another sender."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Address
from core.process.tables import Process
from notifications.channels.contract import Delivered, Mail, Message, Misconfigured, Outcome
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.ledger.queue import Claimer, reroute
from notifications.ledger.tables import Delivery, Mailing
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.windows import WindowWrong
from notifications.sending.group import FRESH
from notifications.sending.loop import Pace, Sender
from notifications.sending.retry import WAITS
from tests.notifications.office import DUE, RULES, Person, make_mailing, make_office
from tests.notifications.sending import Telling, planned
from tests.support.sandbox import running_sandbox

T = TypeVar("T")
MAIL = Person("Maria", email="maria@example.org")
BOTH = Person("both", email="both@example.org", telegram="22")


LOST = OperationalError("COMMIT", {}, Exception("connection lost"))


class Stumbling(Database):
    """A database whose connection breaks once, before or after the commit of a sender's chosen step."""

    def __init__(self, url: str, step: str, *, committed: bool, error: Exception = LOST) -> None:
        super().__init__(url)
        self.step, self.committed, self.error, self.broke = step, committed, error, False

    async def shared(self, work: Callable[[Session], T], *, key: str = "") -> T:
        if self.broke or self.step not in work.__code__.co_names:
            return await super().shared(work, key=key)
        self.broke = True
        if self.committed:
            await super().shared(work, key=key)
        raise self.error


@pytest.mark.parametrize(
    "broken", [(step, committed) for step in ("_claim", "_prepare") for committed in (False, True)]
)
async def test_a_broken_connection_strands_nothing(
    database: Database, database_url: str, clock: FixedClock, broken: tuple[str, bool]
) -> None:
    async with running_sandbox() as sandbox:
        await strand(planned(database, sandbox, clock, [MAIL]), Stumbling(database_url, broken[0], committed=broken[1]))


@pytest.mark.parametrize("error", [WindowWrong(reason="it never opens"), ValueError("a mistake of ours")])
@pytest.mark.parametrize("step", ["_claim", "_prepare"])
async def test_a_mistake_in_one_group_does_not_end_the_sender(
    database: Database, database_url: str, clock: FixedClock, step: str, error: Exception
) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, [MAIL])
        await strand(telling, Stumbling(database_url, step, committed=False, error=error))


async def test_a_window_that_never_opens_holds_its_mailing_and_nothing_else(
    database: Database, clock: FixedClock
) -> None:
    def quiet_until(year: int) -> dict[str, object]:
        return {"quiet": [{"from": "2020-01-01", "until": f"{year}-01-01"}], "holidays": True}

    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, [MAIL])
        telling.write(lambda s: s.execute(update(Process).values(send_window=quiet_until(2100))))
        async with telling.sender():
            await telling.until(lambda t: t.deliveries()[MAIL.name].due_at > clock.now())
            telling.write(lambda s: s.execute(update(Process).values(send_window=quiet_until(2021))))
            await asyncio.sleep(FRESH.total_seconds() * 1.2)  # the window is read again after a second
            clock.advance(timedelta(minutes=6))
            await telling.settles()
        assert len(sandbox.world.mail.kept) == 1
    assert telling.states() == {MAIL.name: ("sent", "email", "")}


async def strand(telling: Telling, stumbling: Stumbling) -> None:
    try:
        async with telling.sender(database=stumbling, lease=timedelta(seconds=1)):
            await telling.settles()
    finally:
        stumbling.close()
    assert stumbling.broke
    assert telling.states() == {MAIL.name: ("sent", "email", "")}
    assert len(telling.sandbox.world.mail.kept) == 1


def test_what_another_took_over_is_not_sent_another_way(database: Database, clock: FixedClock) -> None:
    def work(session: Session) -> list[tuple[str, str]]:
        rows = make_office(session, [BOTH])
        make_mailing(session, rows)
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        delivery = session.scalars(select(Delivery)).one()
        session.execute(update(Delivery).values(state="handed-over", claimed_by="other"))
        address = session.scalars(select(Address.id).where(Address.channel == "email")).one()
        reroute(session, Claimer("late", timedelta(seconds=1)), delivery.id, "email", address)
        return [(row.state, row.channel) for row in session.execute(select(Delivery.state, Delivery.channel))]

    assert database.write(work) == [("handed-over", "telegram")]


async def test_the_second_channel_has_all_its_tries(database: Database, clock: FixedClock) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, [BOTH])
        telling.write(lambda s: s.execute(update(Delivery).values(attempts=len(WAITS), tries=len(WAITS))))
        await sandbox.misbehaves(telegram={"status": 502}, mail={"code": 451, "stage": "rcpt", "text": "later"})
        async with telling.sender():
            await telling.until(lambda t: t.deliveries()["both"].channel == "email" and not t.count("claimed"))
            await telling.until(lambda t: t.deliveries()["both"].due_at > clock.now())
        delivery = telling.deliveries()["both"]
    assert (delivery.state, delivery.attempts, delivery.tries) == ("planned", len(WAITS) + 2, 1)


async def test_a_connection_that_was_refused_before_a_recipient_is_not_used_again() -> None:
    async with running_sandbox() as sandbox:
        await sandbox.misbehaves(mail={"code": 550, "stage": "mail", "times": 1})
        channel = EmailChannel(parse_relay(sandbox.addresses.smtp))
        mail = Mail("office@example.org", "ada@example.org", b"Subject: x\r\n\r\nx\r\n")
        assert isinstance((await channel.send([mail], 0))[0], Misconfigured)
        assert not channel._idle
        assert isinstance((await channel.send([mail], 0))[0], Delivered)
        await channel.close()


async def test_what_comes_back_after_its_mailing_was_stopped_does_not_wait_for_ever(
    database: Database, clock: FixedClock
) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, [MAIL, BOTH])
        telling.write(lambda s: s.execute(update(Mailing).values(state="cancelled")))
        telling.write(lambda s: s.execute(update(Delivery).values(due_at=clock.now() + timedelta(hours=12))))
        async with telling.sender():
            await telling.settles()
    assert {row[::2] for row in telling.states().values()} == {("skipped", "cancelled")}


class Slow:
    """A channel that hands over when it is told to."""

    name = way = "email"

    def __init__(self, channel: EmailChannel) -> None:
        self.channel, self.begun, self.go = channel, asyncio.Event(), asyncio.Event()

    async def send(self, messages: Sequence[Message], interval: float, seconds: float = 0) -> list[Outcome]:
        self.begun.set()
        await self.go.wait()
        return await self.channel.send(messages, interval, seconds)

    async def close(self) -> None:
        await self.channel.close()


async def test_what_a_sender_took_twice_is_not_lost_with_the_first_taking(
    database: Database, clock: FixedClock
) -> None:
    """A sender that stood still for longer than its lease: its deliveries went back, and it took them anew."""
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, [MAIL])
        slow = Slow(EmailChannel(parse_relay(sandbox.addresses.smtp)))
        sender = Sender(telling.make_deps("one", channels=(slow,), paces={"email": Pace(1000)}))
        claimed, _ = await sender._write(lambda session: sender._claim(session, slow, 10))
        sender._held.update(claimed)  # the first worker, before it stood still
        telling.write(lambda s: s.execute(update(Delivery).values(state="planned", claimed_by="", claimed_until=None)))
        second = asyncio.ensure_future(sender.one_group(slow))
        await slow.begun.wait()
        sender._let_go(claimed)  # the first worker goes on, and finds nothing of its own any more
        await sender._show_life()
        assert telling.count("handed-over") == 1, "it is under way, and nobody may send it again"
        slow.go.set()
        await second
        await slow.close()
    assert telling.states() == {MAIL.name: ("sent", "email", "")}
