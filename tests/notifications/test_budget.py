"""One contact budget over all offices: at planning, and again at the moment of sending."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.process.tables import Office
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.planner import plan_all_due, plan_missing
from notifications.planning.preview import dry_run
from notifications.planning.schedule import schedule_occurrences
from tests.notifications.office import DUE, RULES, OfficeRows, Person, make_mailing, make_office
from tests.notifications.sending import planned
from tests.support.sandbox import RunningSandbox, running_sandbox

TWICE = replace(RULES, contact_budget=2)
ONCE = replace(RULES, contact_budget=1)
PEOPLE = [Person("often", email="often@example.org"), Person("seldom", email="seldom@example.org")]


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


def told_before(session: Session, rows: OfficeRows, name: str, days: list[float], kind: str = "mailing") -> None:
    """Messages of another office that left some days before DUE."""
    office = Office(slug=f"other-{name}-{kind}", name="Other", kind="municipality")
    session.add(office)
    session.flush()
    mailing = Mailing(
        office_id=office.id, process_id=None, slug="other", kind=kind, purpose="events", anchor={}, missed={},
        state="released",
    )  # fmt: skip
    session.add(mailing)
    session.flush()
    for number, ago in enumerate(days):
        at = DUE - timedelta(days=ago)
        occurrence = Occurrence(
            mailing_id=mailing.id, key=str(number), due_local="", time_zone="UTC", due_at=at, state="planned", values={}
        )
        session.add(occurrence)
        session.flush()
        session.add(
            Delivery(
                mailing_id=mailing.id, occurrence_id=occurrence.id, participant_id=rows.people[name], channel="email",
                state="sent", due_at=at, handed_over_at=at, attempts=1,
            )
        )  # fmt: skip
    session.flush()


def reasons(session: Session, rows: OfficeRows, mailing_id: int) -> dict[str, str]:
    found = session.execute(
        select(Delivery.participant_id, Delivery.reason).where(Delivery.mailing_id == mailing_id)
    ).all()
    names = {number: name for name, number in rows.people.items()}
    return {names[row.participant_id]: row.reason for row in found}


@pytest.mark.parametrize(
    ("days", "kind", "reason"),
    [([1, 6.9], "mailing", "budget"), ([1, 7.1], "mailing", ""), ([1], "mailing", ""), ([1, 2, 3], "notice", "")],
)
def test_who_has_had_enough_this_week_is_left_out_whoever_wrote(
    database: Database, days: list[float], kind: str, reason: str
) -> None:
    def work(session: Session) -> dict[str, str]:
        rows = make_office(session, PEOPLE)
        told_before(session, rows, "often", days, kind)
        mailing = make_mailing(session, rows)
        schedule_occurrences(session, None, DUE)
        before = {(one.reason, one.people) for one in dry_run(session, mailing, DUE, TWICE).counts}
        plan_all_due(session, DUE, TWICE)
        assert before == set(Counter(reasons(session, rows, mailing).values()).items())
        return reasons(session, rows, mailing)

    assert database.write(work) == {"often": reason, "seldom": ""}


def test_no_budget_is_no_limit_and_a_week_later_the_missing_may_have_it(database: Database) -> None:
    def work(session: Session) -> tuple[dict[str, str], dict[str, str]]:
        rows = make_office(session, PEOPLE)
        told_before(session, rows, "often", [1, 2, 3])
        mailing = make_mailing(session, rows)
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, TWICE)
        held = reasons(session, rows, mailing)
        occurrence = session.scalars(select(Occurrence.id).where(Occurrence.mailing_id == mailing)).one()
        plan_missing(session, occurrence, DUE + timedelta(days=7), TWICE)
        again = make_mailing(session, rows, slug="again")
        schedule_occurrences(session, [again], DUE)
        plan_all_due(session, DUE, RULES)
        assert reasons(session, rows, again) == {"often": "", "seldom": ""}
        return held, reasons(session, rows, mailing)

    held, later = database.write(work)
    assert held == {"often": "budget", "seldom": ""}
    assert later == {"often": "", "seldom": ""}


async def test_of_mailings_that_leave_at_once_only_one_does(
    database: Database, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    telling = planned(database, sandbox, clock, PEOPLE)

    def second(session: Session) -> None:
        for number in range(3):
            make_mailing(session, telling.rows, slug=f"more-{number}")
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), ONCE)

    telling.write(second)
    async with telling.sender(contact_budget=1), telling.sender("sender-2", contact_budget=1):
        await telling.settles()
    got = Counter(mail.recipients[0] for mail in sandbox.world.mail.kept)
    assert got == {"often@example.org": 1, "seldom@example.org": 1}
    found = database.read(lambda session: session.execute(select(Delivery.state, Delivery.reason)).all())
    assert Counter(map(tuple, found)) == {("sent", ""): 2, ("skipped", "budget"): 6}


@pytest.mark.parametrize(("state", "reason"), [("failed", "rejected"), ("bounced", "no-mailbox")])
async def test_what_was_tried_in_vain_does_not_use_the_budget_up(
    database: Database, sandbox: RunningSandbox, clock: FixedClock, state: str, reason: str
) -> None:
    telling = planned(database, sandbox, clock, PEOPLE)
    telling.write(
        lambda session: session.execute(update(Delivery).values(state=state, reason=reason, handed_over_at=clock.now()))
    )

    def second(session: Session) -> None:
        make_mailing(session, telling.rows, slug="more")
        schedule_occurrences(session, None, clock.now())
        plan_all_due(session, clock.now(), ONCE)

    telling.write(second)
    async with telling.sender(contact_budget=1):
        await telling.settles()
    assert len(sandbox.world.mail.kept) == 2
