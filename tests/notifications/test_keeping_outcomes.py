"""What the other side says is written down, or the delivery is in doubt: no word of it stops a sender."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import pytest
from sqlalchemy import insert

from core.clock import FixedClock
from core.database.database import Database
from notifications.channels.contract import ChatMessage, Delivered, Message, Outcome, Rejected, Unknown
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.ledger.tables import Attempt
from tests.channels.relays import Terse, scripted
from tests.notifications.office import Person
from tests.notifications.sending import planned
from tests.support.sandbox import running_sandbox

PEOPLE = [Person(f"p{number}", email=f"p{number}@example.org") for number in range(3)]


class Saying:
    """A way out that says the same of the first of a group, and takes the others."""

    name = way = "email"

    def __init__(self, *said: Outcome) -> None:
        self.said = said

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        return [*self.said, *[Delivered("taken")] * (len(messages) - len(self.said))][: len(messages)]

    async def close(self) -> None:
        """Nothing was opened."""


async def test_a_relay_may_say_what_no_database_keeps(database: Database, clock: FixedClock) -> None:
    async with running_sandbox() as sandbox, scripted(Terse(keeps=b"250 kept\0 as \x1b1\xff\r\n")) as port:
        telling = planned(database, sandbox, clock, PEOPLE)
        async with telling.sender(channels=[EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}"))]):
            await telling.settles()
    assert {(one.state, one.provider_id) for one in telling.deliveries().values()} == {("sent", "kept  as  1\ufffd")}


@pytest.mark.parametrize("detail", ["no\0", "no\ud800", "n" * 100_000 + "\0"])
async def test_so_may_a_refusal(database: Database, clock: FixedClock, detail: str) -> None:
    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, PEOPLE)
        async with telling.sender(channels=[Saying(Rejected(detail), Unknown(detail), Delivered(detail))]):
            await telling.settles()
    assert sorted(state for state, *_ in telling.states().values()) == ["failed", "in-doubt", "sent"]


async def test_one_that_cannot_be_written_down_is_in_doubt_and_the_others_are_not(
    database: Database, clock: FixedClock
) -> None:
    class Losing(Saying):
        async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
            lost = [one.finish().recipient == "p0@example.org" for one in messages if not isinstance(one, ChatMessage)]
            return [Unknown("lost") if one else Delivered("taken") for one in lost]

    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, PEOPLE)
        first = telling.deliveries()["p0"].id
        row = {"delivery_id": first, "number": 1, "channel": "email", "at": clock.now(), "outcome": "Unknown"}
        telling.write(lambda session: session.execute(insert(Attempt).values(detail="", **row)))
        async with telling.sender(channels=[Losing()]):
            await telling.settles()
    assert [telling.states()[person.name][0] for person in PEOPLE] == ["in-doubt", "sent", "sent"]


async def test_a_way_that_says_too_little_leaves_doubts(database: Database, clock: FixedClock) -> None:
    class Short(Saying):
        async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
            return [Delivered("1")]

    async with running_sandbox() as sandbox:
        telling = planned(database, sandbox, clock, PEOPLE)
        async with telling.sender(channels=[Short()]):
            await telling.settles()
    assert {state for state, *_ in telling.states().values()} == {"in-doubt"}
