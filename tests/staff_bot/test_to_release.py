"""Whoever may release what somebody else has written is told of it once, in time, and of nothing that is over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.staff.chats import link
from notifications.ledger.release import release, set_state
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from notifications.planning.dropping import drop_question
from notifications.planning.schedule import schedule_occurrences
from notifications.staff.alarms import WatchDeps, note, watch_once
from notifications.staff.looking import Limits, look
from notifications.staff.tables import StaffMessage
from tests.notifications.office import DUE, make_mailing
from tests.staff_bot.stage import StaffStage, labels
from tests.staff_bot.test_never_opened import ask
from tests.support.sandbox import Person

IN_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLENTY = 10**12
TOLD = "Something was written that waits to be released"


async def watch(stage: StaffStage) -> None:
    await watch_once(WatchDeps(stage.database, stage.clock, lambda: PLENTY))
    await stage.tells()


async def told(person: Person) -> list[dict[str, Any]]:
    return [one for one in await person.bot_messages() if TOLD in one["text"]]


@IN_SQLITE
async def test_whoever_may_release_a_question_is_told_once_with_its_title_and_a_button(stage: StaffStage) -> None:
    vera = await stage.linked("Vera", "organiser")
    otto, rita = await stage.linked("Otto", "reviewer", 902), await stage.linked("Rita", "reader", 903)
    invitation = ask(stage).mailing_ids[0]
    for _ in range(3):
        await watch(stage)
    (message,) = await told(otto)
    assert message["text"].startswith("✋") and "Where shall the bench stand?" in message["text"]
    assert labels(message) == ["Open the mailing"]
    assert "State: draft" in (await stage.press(otto, "Open the mailing"))["text"]
    assert not await told(vera) and not await told(rita), "who wrote it, and who may not release it"
    late = await stage.linked("Lea", "reviewer", 904)
    await watch(stage)
    assert len(await told(late)) == 1, "it still waits"
    stage.database.write(lambda session: release(session, invitation, 2, stage.clock.now()))
    before = len(await otto.bot_messages())
    for _ in range(2):
        await watch(stage)
    assert len(await otto.bot_messages()) == before, "nothing after it was released"


def let_go(session: Session, mailing: int, stage: StaffStage) -> None:
    release(session, mailing, 2, stage.clock.now())


def withdraw(session: Session, mailing: int, stage: StaffStage) -> None:
    set_state(session, mailing, MailingState.CANCELLED, stage.clock.now())


def drop(session: Session, mailing: int, stage: StaffStage) -> None:
    drop_question(session, session.get_one(Mailing, mailing).poll_id or 0, 1, stage.clock.now())


@IN_SQLITE
@pytest.mark.parametrize("becomes", [None, let_go, withdraw, drop])
async def test_in_quiet_hours_it_waits_for_their_end_and_is_dropped_if_it_is_over(
    stage: StaffStage, becomes: Callable[[Session, int, StaffStage], None] | None
) -> None:
    await stage.linked("Vera", "organiser")
    otto = await stage.linked("Otto", "reviewer", 902)
    stage.clock.advance(timedelta(hours=9))  # 21:00
    invitation = ask(stage).mailing_ids[0]
    await watch(stage)
    assert not await told(otto)
    if becomes is not None:
        stage.database.write(lambda session: becomes(session, invitation, stage))
    stage.clock.advance(timedelta(hours=11))
    await stage.tells()  # also where nobody has looked since
    await watch(stage)
    assert len(await told(otto)) == (1 if becomes is None else 0)


@IN_SQLITE
async def test_a_mailing_is_told_of_when_it_is_written_and_once_where_its_time_is_near(stage: StaffStage) -> None:
    vera = await stage.linked("Vera")
    otto = await stage.linked("Otto", "reviewer", 902)

    def plan(session: Session, **values: Any) -> int:
        made = make_mailing(session, stage.rows, state="draft", released_at=None, **values)
        schedule_occurrences(session, None, stage.clock.now())
        return made

    of_package = stage.database.write(lambda session: plan(session, slug="package"))
    await watch(stage)
    assert not await told(otto), "nobody wrote what came with a package"
    stage.database.write(lambda s: s.execute(update(Mailing).where(Mailing.id == of_package).values(state="cancelled")))
    stage.database.write(lambda session: plan(session, written_by=1))
    await watch(stage)
    await watch(stage)
    assert len(await told(otto)) == 1
    stage.database.write(lambda session: session.execute(update(Mailing).values(state="cancelled")))
    stage.clock.set(DUE - timedelta(hours=22))
    stage.database.write(lambda session: plan(session, slug="late", written_by=1))
    await watch(stage)
    assert "A mailing waits to be released" in (await otto.bot_messages())[-1]["text"]
    assert len(await told(otto)) == 1, "the alarm tells of it already"
    assert "Read it, and release it" in (await otto.bot_messages())[-1]["text"]
    assert "You wrote it: somebody else of the office has to" in (await vera.bot_messages())[-1]["text"]


def test_two_processes_that_look_at_once_leave_one_message_for_each(database: Database, stage: StaffStage) -> None:
    for number, (name, role) in enumerate((("Vera", "organiser"), ("Otto", "reviewer")), 901):
        code, at = stage.code(stage.account(name, role)), stage.clock.now()
        assert database.write(lambda s, c=code, n=number, a=at: link(s, c, n, a)) is None  # type: ignore[misc]
    ask(stage)
    now = stage.clock.now()

    def process(_: int) -> None:
        seen = database.read(lambda session: look(session, now, Limits(), PLENTY))
        database.write(lambda session: note(session, seen, now))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(process, range(8)))
    rows = database.read(lambda session: session.execute(select(StaffMessage.kind, StaffMessage.account_id)).all())
    assert [tuple(row) for row in rows] == [("alarm", 2)]
