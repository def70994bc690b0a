"""A way out that takes less than its rate: what does not begin to leave in time goes back to its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import inf

from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from notifications.channels.contract import ChatMessage, Message, NotBegun, Outcome
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.ledger.outcomes import Tried, record
from notifications.ledger.queue import Claimer, Leaving, Moment, claim_batch, hand_over
from notifications.ledger.tables import Attempt, Delivery
from notifications.sending.loop import GROUP_SECONDS, LEASE, Pace, pace_over
from notifications.sending.retry import WAITS, PutBack
from tests.channels.relays import Blot, Terse, scripted
from tests.notifications.office import DUE, Person
from tests.notifications.sending import planned
from tests.support.sandbox import running_sandbox

TAKES = 3
PEOPLE = [Person(f"p{number}", email=f"p{number}@example.org") for number in range(20)]


class Slow:
    """Takes so many of a group in the time it is given."""

    name = way = "email"

    def __init__(self, channel: EmailChannel) -> None:
        self.channel = channel
        self.groups: list[int] = []

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        assert within == GROUP_SECONDS
        self.groups.append(len(messages))
        taken = await self.channel.send(messages[:TAKES], interval)
        return taken + [NotBegun()] * (len(messages) - len(taken))

    async def close(self) -> None:
        await self.channel.close()


async def test_what_did_not_begin_goes_again_and_groups_become_as_large_as_what_is_taken(
    database: Database, clock: FixedClock
) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, PEOPLE)
        slow = Slow(EmailChannel(parse_relay(sandbox.addresses.smtp)))
        async with telling.sender(channels=[slow], paces={"email": Pace(1000, workers=1)}):
            await telling.settles()
        told = [mail.recipients[0] for mail in sandbox.world.mail.kept]
    assert sorted(told) == sorted(person.email for person in PEOPLE)
    assert slow.groups[0] == len(PEOPLE)
    assert max(slow.groups[1:]) <= TAKES + 1
    assert {(one.state, one.attempts, one.tries) for one in telling.deliveries().values()} == {("sent", 1, 1)}
    assert database.read(lambda session: session.scalars(select(Attempt)).all()) == []


async def test_what_did_not_begin_keeps_its_place(database: Database, clock: FixedClock) -> None:
    async with running_sandbox() as sandbox:
        planned(database, sandbox, clock, PEOPLE)
    claimer, moment = Claimer("one", LEASE), Moment(clock.now(), DUE)
    rows = database.write(lambda session: claim_batch(session, claimer, "email", 2, moment))
    before = database.read(lambda session: session.get_one(Delivery, rows[0]).due_at)
    database.write(lambda session: hand_over(session, claimer, Leaving(rows, "", "example.org"), moment))
    tries = [Tried(one, 1, "email", None, NotBegun(), PutBack()) for one in rows]
    database.write(lambda session: record(session, claimer, tries, clock.now()))
    found = database.read(lambda session: session.get_one(Delivery, rows[0]))
    assert (found.state, found.attempts, found.tries, found.claimed_by, found.due_at) == ("planned", 0, 0, "", before)


class Spoiling:
    """Says of one person's mail, the first time, that it could not be written."""

    name = way = "email"

    def __init__(self, channel: EmailChannel, whose: str) -> None:
        self.channel, self.whose, self.has_said = channel, whose, False

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        group = [message if self._goes(message) else Blot() for message in messages]
        return await self.channel.send(group, interval, within)

    def _goes(self, message: Message) -> bool:
        assert not isinstance(message, ChatMessage)
        is_meant = message.finish().recipient == self.whose and not self.has_said
        self.has_said |= is_meant
        return not is_meant

    async def close(self) -> None:
        await self.channel.close()


async def test_a_mail_that_could_not_be_written_goes_later_and_the_others_at_once(
    database: Database, clock: FixedClock
) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, PEOPLE[:3])
        spoiling = Spoiling(EmailChannel(parse_relay(sandbox.addresses.smtp)), "p1@example.org")
        async with telling.sender(channels=[spoiling]):
            await telling.until(lambda one: (one.count("sent"), one.count("planned")) == (2, 1))
            clock.advance(WAITS[1] + timedelta(seconds=1))
            await telling.settles()
        told = [mail.recipients[0] for mail in sandbox.world.mail.kept]
    assert sorted(told) == ["p0@example.org", "p1@example.org", "p2@example.org"]
    (noted,) = database.read(lambda session: session.scalars(select(Attempt)).all())
    assert (noted.outcome, noted.detail) == ("Unwritten", "LookupError")


async def test_a_connection_that_hangs_keeps_no_other_from_going_on(database: Database, clock: FixedClock) -> None:
    people = [Person(f"p{number}", email=f"p{number}@example.org") for number in range(400)]
    hanging = Terse(waits_at=b"To: p0@example.org")
    hanging.gate.clear()
    async with running_sandbox() as sandbox, scripted(hanging) as port:
        telling = planned(database, sandbox, clock, people)
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}?connections=2"))
        async with telling.sender(channels=[channel], paces={"email": pace_over(1_000_000, 2)}):
            try:
                await telling.until(lambda _: len(hanging.taken) > 300)
            finally:
                hanging.gate.set()
            await telling.settles()
    assert len(hanging.taken) == len(people)
