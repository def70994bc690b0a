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
from notifications.ledger.queue import Claimer, skip_cancelled
from notifications.ledger.release import FourEyes, MailingStateWrong, release, set_state, settle_doubt
from notifications.ledger.revision import MailingChanged, check_revision, revision_of
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Attempt, Delivery, Mailing, Occurrence
from notifications.planning.planner import Planned, plan_all_due, plan_missing, plan_occurrence
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.writing import Draft, MailingHasLeft, change_draft, texts_of
from notifications.sending.retry import Done, Doubt
from tests.notifications.office import DUE, RULES, OfficeRows, Person, add_person, make_mailing, make_office
from tests.support.races import meet

AUTHOR = 7
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
        return Tried(one.id, 1, "email", one.address_id, Delivered("1"), Done("1"))

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
    doubt = Tried(handed_over.delivery_id, 1, "email", None, Unknown("lost"), Doubt("connection-lost"))
    for _ in range(2):
        database.write(lambda session: record(session, SENDER, [doubt], DUE))
    found = database.read(lambda session: session.execute(select(Attempt.number, Attempt.outcome)).all())
    assert [tuple(one) for one in found] == [(1, "Unknown")]


@pytest.fixture
def office(database: Database) -> OfficeRows:
    """Fifty people and a released mailing that is due."""

    def work(session: Session) -> OfficeRows:
        rows = make_office(session, [Person(f"p{n}", email=f"p{n}@example.org") for n in range(50)])
        make_mailing(session, rows, slug="invitation")
        schedule_occurrences(session, None, DUE)
        return rows

    return database.write(work)


def plan(session: Session) -> Planned | None:
    return plan_occurrence(session, session.scalars(select(Occurrence.id)).one(), DUE, RULES)


def cancel(session: Session) -> None:
    set_state(session, session.scalars(select(Mailing.id)).one(), MailingState.CANCELLED, DUE)


def change(session: Session) -> None:
    mailing = session.scalars(select(Mailing)).one()
    texts = {one.language: {"subject": "New", "body": "New", "buttons": []} for one in texts_of(session, mailing.id)}
    fields = ("kind", "purpose", "audience_id", "round_id", "anchor", "missed", "spread")
    change_draft(
        session, mailing.id, Draft(**{name: getattr(mailing, name) for name in fields}, texts=texts), AUTHOR, DUE
    )


def stands(database: Database) -> tuple[str, str, set[str]]:
    """The mailing, its occurrence and its deliveries."""

    def look(session: Session) -> tuple[str, str, set[str]]:
        states = session.scalars(select(Delivery.state).distinct())
        return (
            session.scalars(select(Mailing.state)).one(),
            session.scalars(select(Occurrence.state)).one(),
            set(states),
        )

    return database.read(look)


@on_postgresql
def test_what_is_being_changed_is_not_planned(database: Database, office: OfficeRows) -> None:
    assert meet(database, change, plan).result() is None
    assert stands(database) == ("draft", "due", set())


@on_postgresql
def test_what_is_being_planned_is_not_changed(database: Database, office: OfficeRows) -> None:
    assert isinstance(meet(database, plan, change).exception(), MailingHasLeft)
    assert stands(database) == ("released", "planned", {"planned"})


@on_postgresql
def test_what_is_being_stopped_is_not_planned(database: Database, office: OfficeRows) -> None:
    assert meet(database, cancel, plan).result() is None
    assert stands(database) == ("cancelled", "due", set())


@on_postgresql
def test_what_is_being_planned_is_stopped_whole(database: Database, office: OfficeRows) -> None:
    meet(database, plan, cancel).result()
    assert stands(database) == ("cancelled", "planned", {"skipped"})


@on_postgresql
def test_what_is_being_stopped_is_not_sent_to_the_missing(database: Database, office: OfficeRows) -> None:
    database.write(plan)
    database.write(lambda session: add_person(session, office, Person("new", email="new@example.org")))
    occurrence = database.read(lambda session: session.scalars(select(Occurrence.id)).one())
    second = meet(database, cancel, lambda session: plan_missing(session, occurrence, DUE, RULES))
    assert isinstance(second.exception(), MailingStateWrong)
    assert stands(database) == ("cancelled", "planned", {"skipped"})


@on_postgresql
def test_whoever_changes_a_paused_mailing_does_not_release_it(database: Database, office: OfficeRows) -> None:
    mailing = database.read(lambda session: session.scalars(select(Mailing.id)).one())
    database.write(lambda session: set_state(session, mailing, MailingState.PAUSED, DUE))
    second = meet(database, change, lambda session: release(session, mailing, AUTHOR, DUE))
    assert isinstance(second.exception(), FourEyes)
    assert stands(database)[0] == "draft"


@on_postgresql
def test_what_is_being_changed_is_not_released_as_it_was_read(database: Database, office: OfficeRows) -> None:
    database.write(lambda session: session.execute(update(Mailing).values(state="draft")))
    mailing = database.read(lambda session: session.scalars(select(Mailing)).one())
    seen = database.read(lambda session: revision_of(session, mailing))

    def read_and_release(session: Session) -> None:
        check_revision(session, mailing.id, seen)
        release(session, mailing.id, None, DUE)

    assert isinstance(meet(database, change, read_and_release).exception(), MailingChanged)
    assert stands(database)[0] == "draft"


def test_what_comes_back_to_the_queue_of_a_stopped_mailing_is_settled(database: Database, office: OfficeRows) -> None:
    database.write(plan)
    database.write(lambda session: session.execute(update(Delivery).values(state="in-doubt")))
    database.write(cancel)
    one = database.read(lambda session: session.scalars(select(Delivery.id).order_by(Delivery.id).limit(1)).one())
    database.write(lambda session: settle_doubt(session, one, resend=True, now=DUE))
    database.write(lambda session: skip_cancelled(session, DUE))
    assert stands(database)[2] == {"skipped", "in-doubt"}
