"""A poll that is changed while what was released about it is still leaving: the rest waits for somebody to read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.staff.accounts import NewAccount, add_account
from notifications.ledger.drawing_back import change_question, draw_back, hold_mailings_of
from notifications.ledger.release import FourEyes, release
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Delivery, Mailing
from notifications.planning.obstacles import Cause, obstacles
from surveys.polls.making import change_poll, plan_poll
from surveys.polls.poll import Definition
from tests.events.test_telling import WITH_RETURNS
from tests.polls.scene import define
from tests.polls.test_mail import Asking
from tests.support.sandbox import RunningSandbox, running_sandbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
AN_HOUR = 60
IDLE = 2.0  # seconds: a sender looks for work twice a second


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def question(**more: Any) -> Definition:
    made: Definition = define(opens_local="2023-07-20T10:00", closes_local="2023-07-28T10:00", **more)
    return made


class Midway:
    """A word on a poll that opens in two weeks, spread over an hour: one of three has it."""

    def __init__(self, database: Database, sandbox: RunningSandbox, clock: FixedClock) -> None:
        self.asking = Asking(database, sandbox, clock, question(), opened=False)
        self.database, self.clock, self.poll = database, clock, self.asking.poll
        database.write(lambda s: plan_poll(s, self.poll.id, clock.now()))
        database.write(lambda s: s.execute(update(Mailing).values(spread={"minutes": AN_HOUR})))
        self.asking.plan()

    async def leave(self, sent: int) -> None:
        """Until so many have left, and then for a while."""
        async with self.asking.telling.sender("sender-1", voice=WITH_RETURNS):
            await self.asking.telling.until(lambda one: one.count("sent") >= sent)
            await asyncio.sleep(IDLE)
        assert self.asking.telling.count("sent") == sent

    async def begin(self) -> None:
        self.clock.set(self.database.read(lambda s: s.scalars(select(func.min(Delivery.due_at))).one()))
        await self.leave(1)
        self.clock.advance(timedelta(minutes=30))

    def mailing(self) -> Mailing:
        return self.database.read(lambda s: s.scalars(select(Mailing)).one())

    def held_up(self) -> list[Cause]:
        return [one.cause for one in self.database.read(lambda s: obstacles(s, self.clock.now()))]

    def go_on(self) -> None:
        self.database.write(lambda s: release(s, self.mailing().id, None, self.clock.now()))


@pytest.fixture
async def midway(database: Database, sandbox: RunningSandbox, clock: FixedClock) -> Midway:
    made = Midway(database, sandbox, clock)
    await made.begin()
    return made


async def test_the_rest_waits_until_somebody_has_read_the_new_question(midway: Midway) -> None:
    poll, now, new = (
        midway.poll,
        midway.clock.now(),
        question(title={"it": "Vendiamo il bosco?", "en": "Sell the wood?"}),
    )

    def load(session: Session) -> None:
        change_question(session, poll.id, new, now)
        plan_poll(session, poll.id, now)

    midway.database.write(load)
    assert midway.mailing().state == MailingState.DRAFT and midway.held_up() == [Cause.NOT_RELEASED]
    await midway.leave(1)
    midway.go_on()
    assert midway.held_up() == []
    await midway.leave(3)
    texts = [midway.asking.plain(name) for name in ("anna", "bruno")]
    assert any("bosco" in one or "wood" in one for one in texts), "as it was read"


async def test_whoever_changed_the_question_lets_nothing_go_on_and_a_draft_holds_the_rest(midway: Midway) -> None:
    poll, now = midway.poll, midway.clock.now()
    editor = midway.database.write(lambda s: add_account(s, NewAccount("e@example.org", "E", "a long password"), now))

    def edit(session: Session) -> None:
        mailings = hold_mailings_of(session, poll.id)
        change_poll(session, poll.id, question(names="AB"), now)
        draw_back(session, mailings, poll.office_id, editor, now)

    midway.database.write(edit)
    with pytest.raises(FourEyes):
        midway.database.write(lambda s: release(s, midway.mailing().id, editor, now))
    midway.go_on()
    assert midway.held_up() == [Cause.POLL_DRAFT]
    await midway.leave(1)
    assert midway.held_up() == [Cause.POLL_DRAFT]
    midway.database.write(lambda s: plan_poll(s, poll.id, now))
    midway.clock.advance(timedelta(minutes=10))
    await midway.leave(3)
