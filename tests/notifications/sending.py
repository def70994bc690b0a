"""A sender at work against a sandbox, for tests: real HTTP, real SMTP, a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.channels.telegram import TelegramChannel
from notifications.ledger.tables import Delivery
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.context import Voice
from notifications.sending.loop import Pace, SenderDeps, run_sender
from tests.notifications.office import DUE, RULES, OfficeRows, Person, make_mailing, make_office
from tests.support.sandbox import TOKENS, RunningSandbox

TOKEN = TOKENS["participants"]
SECRET = "a secret of at least thirty-two characters"
PUBLIC = "https://ascolto.example.org"
VOICE = Voice("Città metropolitana <office@example.org>", PublicUrls(PUBLIC, "https://t.me/bot"), "example.org")
FAST_PACES = {"telegram": Pace(1000), "email": Pace(1000)}
BUSY = ("planned", "claimed", "handed-over")


@dataclass
class Telling:
    """A planned mailing and what it leaves by."""

    database: Database
    sandbox: RunningSandbox
    clock: FixedClock
    rows: OfficeRows
    deps: dict[str, Any] = field(default_factory=dict)

    def deliveries(self) -> dict[str, Delivery]:
        names = {number: name for name, number in self.rows.people.items()}
        found = self.database.read(lambda session: session.scalars(select(Delivery)).all())
        return {names[delivery.participant_id]: delivery for delivery in found}

    def states(self) -> dict[str, tuple[str, str, str]]:
        return {name: (d.state, d.channel, d.reason) for name, d in self.deliveries().items()}

    def write(self, work: Callable[[Session], object]) -> None:
        self.database.write(work)

    @asynccontextmanager
    async def sender(self, name: str = "sender-1", **values: Any) -> AsyncIterator[None]:
        task = asyncio.ensure_future(run_sender(self.make_deps(name, **values)))
        try:
            yield
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def make_deps(self, name: str, **values: Any) -> SenderDeps:
        usual: dict[str, Any] = {
            "database": self.database,
            "clock": self.clock,
            "links": Links(SECRET),
            "voice": VOICE,
            "channels": (
                TelegramChannel(TOKEN, self.sandbox.addresses.telegram, database=self.database),
                EmailChannel(parse_relay(self.sandbox.addresses.smtp)),
            ),
            "paces": FAST_PACES,
            "lease": timedelta(seconds=30),
        }
        return SenderDeps(name=name, **(usual | values))

    async def until(self, fits: Callable[[Telling], bool], seconds: float = 20) -> None:
        for _ in range(round(seconds / 0.05)):
            if await asyncio.to_thread(fits, self):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self.states())

    async def settles(self) -> None:
        await self.until(lambda telling: not telling.count(*BUSY))

    def count(self, *states: str) -> int:
        statement = select(func.count()).select_from(Delivery).where(Delivery.state.in_(states))
        return self.database.read(lambda session: session.scalar(statement) or 0)


def planned(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, people: list[Person], **mailing: Any
) -> Telling:
    """Plans a mailing to some people at DUE; those with a chat have spoken with the bot."""
    clock.set(DUE + timedelta(minutes=1))

    def work(session: Session) -> OfficeRows:
        rows = make_office(session, people)
        make_mailing(session, rows, **mailing)
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), RULES)
        return rows

    for person in people:
        if person.telegram:
            sandbox.world.bots["participants"].private_chat(int(person.telegram)).started = True
    return Telling(database, sandbox, clock, database.write(work))
