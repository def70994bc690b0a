"""What happens to one row at the same time: whoever comes second sees what the first has done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from notifications.channels.contract import Delivered, Unknown
from notifications.intake.bounces import note_bounce
from notifications.intake.kinds import Fate, Recipient
from notifications.ledger.outcomes import Tried, record
from notifications.ledger.queue import Claimer
from notifications.ledger.tables import Attempt, Delivery
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.retry import Done, Doubt
from tests.notifications.office import DUE, RULES, Person, make_mailing, make_office
from tests.support.races import meet

BOTH = Person("both", email="both@example.org", telegram="22", preferred="email")
SENDER = Claimer("sender", timedelta(seconds=30))

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer


@pytest.fixture
def handed_over(database: Database) -> Tried:
    """A mail that has left, and of which the sender is about to write down that it was taken."""

    def work(session: Session) -> Tried:
        make_mailing(session, make_office(session, [BOTH]))
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE, RULES)
        session.execute(update(Delivery).values(state="handed-over", claimed_by=SENDER.name, attempts=1, tries=1))
        one = session.scalars(select(Delivery)).one()
        return Tried(one.id, 1, 1, "email", one.address_id, Delivered("1"), Done("1"))

    return database.write(work)


def bounce(session: Session) -> bool:
    delivery = session.scalars(select(Delivery)).one()
    return note_bounce(session, delivery, [Recipient("both@example.org", "5.1.1", Fate.NO_MAILBOX)], DUE)


@on_postgresql
def test_a_bounce_is_not_overwritten_by_its_own_outcome(database: Database, handed_over: Tried) -> None:
    meet(database, bounce, lambda session: record(session, SENDER, [handed_over], DUE)).result()
    row = database.read(lambda session: session.execute(select(Delivery.state, Delivery.channel)).one())
    assert tuple(row) == ("planned", "telegram")


@on_postgresql
def test_a_bounce_that_comes_second_counts_too(database: Database, handed_over: Tried) -> None:
    assert meet(database, lambda session: record(session, SENDER, [handed_over], DUE), bounce).result()
    assert database.read(lambda session: session.scalars(select(Delivery.channel)).one()) == "telegram"


def test_an_outcome_whose_commit_nobody_heard_of_is_written_down_again(database: Database, handed_over: Tried) -> None:
    doubt = Tried(handed_over.delivery_id, 1, 1, "email", None, Unknown("lost"), Doubt("connection-lost"))
    for _ in range(2):
        database.write(lambda session: record(session, SENDER, [doubt], DUE))
    found = database.read(lambda session: session.execute(select(Attempt.number, Attempt.outcome)).all())
    assert [tuple(one) for one in found] == [(1, "Unknown")]
