"""Planning: everybody in the audience gets one row, with the channel or the reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.notices import News, tell
from core.people.suppression import suppress
from core.people.tables import Address
from core.process.tables import Phase
from core.tables import Notice
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from notifications.planning.notices import plan_notices
from notifications.planning.planner import (
    DoesNotLeave,
    Planned,
    claim_due,
    plan_all_due,
    plan_missed,
    plan_missing,
    plan_occurrence,
)
from notifications.planning.schedule import schedule_occurrences
from tests.notifications.office import DUE, RULES, Person, add_person, make_mailing, make_office

LATER = DUE + timedelta(minutes=5)

PEOPLE = [
    Person("mail", email="a@example.org"),
    Person("chat", telegram="11"),
    Person("both", email="b@example.org", telegram="12"),
    Person("prefers-mail", email="c@example.org", telegram="13", preferred="email"),
    Person("prefers-chat", email="d@example.org", preferred="telegram"),
    Person("unproved", email="e@example.org", telegram="14", proved=False),
    Person("nowhere"),
    Person("paused", email="f@example.org", paused_until=DUE + timedelta(days=1)),
    Person("pause-over", email="g@example.org", paused_until=DUE - timedelta(days=1)),
    Person("answered", email="h@example.org", answered=True),
    Person("asked-not", email="i@example.org", consent=False),
    Person("needs-consent", email="j@example.org", basis="consent"),
    Person("gave-consent", email="k@example.org", basis="consent", consent=True),
    Person("suppressed", email="l@example.org"),
    Person("english", email="m@example.org", language="en"),
    Person("nowhere-by-consent", basis="consent"),
    Person("chat-suppressed", email="n@example.org", telegram="15"),
    Person("mail-suppressed", email="o@example.org", telegram="16", preferred="email"),
    Person("suppressed-asked-not", email="p@example.org", telegram="17", consent=False),
    Person("suppressed-unproved", email="q@example.org", telegram="18", proved=False),
]
EXPECTED = {
    "mail": ("planned", "email", ""),
    "chat": ("planned", "telegram", ""),
    "both": ("planned", "telegram", ""),
    "prefers-mail": ("planned", "email", ""),
    "prefers-chat": ("planned", "email", ""),
    "unproved": ("planned", "email", ""),
    "nowhere": ("skipped", "", "no-address"),
    "paused": ("skipped", "email", "paused"),
    "pause-over": ("planned", "email", ""),
    "answered": ("skipped", "email", "answered"),
    "asked-not": ("skipped", "", "no-consent"),
    "needs-consent": ("skipped", "", "no-consent"),
    "gave-consent": ("planned", "email", ""),
    "suppressed": ("skipped", "", "suppressed"),
    "english": ("planned", "email", ""),
    "nowhere-by-consent": ("skipped", "", "no-address"),
    "chat-suppressed": ("planned", "email", ""),
    "mail-suppressed": ("planned", "telegram", ""),
    "suppressed-asked-not": ("skipped", "", "no-consent"),
    "suppressed-unproved": ("skipped", "", "suppressed"),
}


def ledger(session: Session) -> dict[int, tuple[str, str, str]]:
    rows = session.execute(select(Delivery.participant_id, Delivery.state, Delivery.channel, Delivery.reason))
    return {row.participant_id: (row.state, row.channel, row.reason) for row in rows}


def plan(session: Session) -> list[Planned]:
    schedule_occurrences(session, None, LATER)
    return list(plan_all_due(session, LATER, RULES))


def test_everybody_gets_a_row_with_a_channel_or_a_reason(database: Database) -> None:
    def work(session: Session) -> dict[str, tuple[str, str, str]]:
        rows = make_office(session, PEOPLE)
        make_mailing(session, rows)
        for letter in "lopq":
            suppress(session, "email", f"{letter}@example.org", "bounced", DUE)
        suppress(session, "telegram", "15", "blocked", DUE)
        assert [planned.added for planned in plan(session)] == [len(PEOPLE)]
        names = {number: name for name, number in rows.people.items()}
        theirs = (Address.participant_id == Delivery.participant_id, Address.channel == Delivery.channel)
        taken = session.scalars(
            select(Delivery.participant_id).join(Address, Address.id == Delivery.address_id).where(*theirs)
        )
        assert {names[number] for number in taken} == {name for name, row in EXPECTED.items() if row[1]}
        return {names[number]: row for number, row in ledger(session).items()}

    assert database.write(work) == EXPECTED


def test_a_second_timer_does_nothing(database: Database) -> None:
    def work(session: Session) -> int:
        make_mailing(session, make_office(session, PEOPLE))
        plan(session)
        return session.scalars(select(Occurrence.id)).one()

    occurrence = database.write(work)
    assert database.write(lambda session: plan_occurrence(session, occurrence, LATER, RULES)) is None
    assert database.read(lambda session: claim_due(session, LATER)) == []
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(Delivery))) == len(PEOPLE)


def test_a_language_without_a_text_holds_everything_back(database: Database) -> None:
    def work(session: Session) -> list[Planned]:
        make_mailing(session, make_office(session, PEOPLE), languages=("it",))
        return plan(session)

    planned = database.write(work)
    assert [(one.state, one.reason) for one in planned] == [("due", "no-text:en")]

    def complete(session: Session) -> tuple[int, list[Planned]]:
        before = session.scalar(select(func.count()).select_from(Delivery))
        assert session.scalars(select(Occurrence.reason)).one() == "no-text:en"
        text = session.scalars(select(MailingText)).one()
        values = {"subject": "Invitation", "body": text.body, "buttons": text.buttons}
        session.add(MailingText(mailing_id=text.mailing_id, language="en", **values))
        session.flush()
        return before or 0, plan(session)

    before, after = database.write(complete)
    assert (before, after[0].added) == (0, len(PEOPLE))


def test_moving_a_date_moves_what_has_not_been_planned(database: Database) -> None:
    def work(session: Session) -> list[Any]:
        make_mailing(session, make_office(session, PEOPLE))
        assert schedule_occurrences(session, None, DUE - timedelta(days=5)) == 1
        assert schedule_occurrences(session, None, DUE - timedelta(days=5)) == 0
        session.execute(update(Phase).values(starts_on=date(2023, 7, 4)))
        session.expire_all()
        assert schedule_occurrences(session, None, DUE - timedelta(days=5)) == 1
        assert plan_all_due(session, LATER, RULES) == []
        moved = DUE + timedelta(days=1)
        assert len(plan_all_due(session, moved, RULES)) == 1
        session.execute(update(Phase).values(starts_on=date(2023, 8, 1)))
        session.expire_all()
        assert schedule_occurrences(session, None, moved) == 0
        return [session.scalars(select(Occurrence.due_local)).one()]

    assert database.write(work) == ["2023-07-07T09:30"]


def test_without_an_audience_it_is_the_rounds_and_without_any_nobodys(database: Database) -> None:
    def work(session: Session) -> list[tuple[str, int, str]]:
        rows = make_office(session, PEOPLE)
        make_mailing(session, rows, slug="of-the-round", audience_id=None)
        make_mailing(session, rows, slug="of-nobody", audience_id=None, round_id=None)
        return [(one.state, one.added, one.reason) for one in plan(session)]

    assert database.write(work) == [("planned", len(PEOPLE), ""), ("due", 0, "no-audience")]


def test_only_released_mailings_leave(database: Database) -> None:
    def work(session: Session) -> list[Planned]:
        rows = make_office(session, PEOPLE)
        for state in ("draft", "paused", "cancelled"):
            make_mailing(session, rows, slug=state, state=state)
        return plan(session)

    assert database.write(work) == []


def test_what_was_missed_follows_its_rule(database: Database) -> None:
    rules = {
        "patient": {},
        "late": {"rule": "catch-up", "until": {"hours": 2}},
        "in-time": {"rule": "catch-up", "until": {"days": 2}},
        "ask": {"rule": "ask"},
        "drop": {"rule": "drop"},
    }

    def work(session: Session) -> dict[str, str]:
        rows = make_office(session, PEOPLE)
        for slug, rule in rules.items():
            make_mailing(session, rows, slug=slug, missed=rule)
        anchor = {"event": "launch", "at": "starts", "days": -100}
        make_mailing(session, rows, slug="after-the-start", anchor=anchor, round_id=None)
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE + timedelta(hours=5), RULES)
        late = DUE + timedelta(days=200)
        make_mailing(session, rows, slug="round-closed")
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, late, RULES)
        statement = select(Mailing.slug, Occurrence.state).join(Occurrence, Occurrence.mailing_id == Mailing.id)
        return {row.slug: row.state for row in session.execute(statement)}

    assert database.write(work) == {
        "patient": "planned",
        "late": "dropped",
        "in-time": "planned",
        "ask": "asked",
        "drop": "dropped",
        "after-the-start": "planned",
        "round-closed": "dropped",
    }


def test_an_event_reminder_is_never_planned_after_the_start(database: Database) -> None:
    def work(session: Session) -> list[Planned]:
        rows = make_office(session, PEOPLE)
        make_mailing(session, rows, anchor={"event": "launch", "at": "starts", "days": -1}, round_id=None)
        schedule_occurrences(session, None, DUE)
        start = DUE.replace(month=9, day=27, hour=8, minute=0)
        return list(plan_all_due(session, start, RULES))

    assert [(one.state, one.reason) for one in database.write(work)] == [("dropped", "missed")]


def test_staff_can_let_a_missed_one_leave_after_all(database: Database) -> None:
    def work(session: Session) -> Planned | None:
        make_mailing(session, make_office(session, PEOPLE), missed={"rule": "ask"})
        schedule_occurrences(session, None, DUE)
        plan_all_due(session, DUE + timedelta(hours=5), RULES)
        occurrence = session.scalars(select(Occurrence.id)).one()
        planned = plan_missed(session, occurrence, DUE + timedelta(hours=6), RULES)
        assert plan_missed(session, occurrence, DUE + timedelta(hours=6), RULES) is None
        return planned

    planned = database.write(work)
    assert planned is not None
    assert planned.added == len(PEOPLE)


def test_outside_the_window_a_mailing_waits_for_it(database: Database) -> None:
    def work(session: Session) -> set[Any]:
        window = {"days": ["fri"], "from": "10:00", "until": "12:00"}
        make_mailing(session, make_office(session, PEOPLE, window))
        plan(session)
        return set(session.scalars(select(Delivery.due_at)))

    assert database.write(work) == {DUE.replace(day=7, hour=8, minute=0)}


def test_send_to_the_missing_only(database: Database) -> None:
    def work(session: Session) -> tuple[int, dict[str, tuple[str, str, str]]]:
        rows = make_office(session, [Person("had-it", email="a@example.org"), Person("nowhere")])
        make_mailing(session, rows)
        plan(session)
        session.execute(update(Delivery).where(Delivery.state == "planned").values(state="sent"))
        rows.people["new"] = add_person(session, rows, Person("new", email="n@example.org"))
        occurrence = session.scalars(select(Occurrence.id)).one()
        added = plan_missing(session, occurrence, LATER, RULES)
        names = {number: name for name, number in rows.people.items()}
        return added, {names[number]: row for number, row in ledger(session).items()}

    added, rows = database.write(work)
    assert added == 2
    assert {name: row[0] for name, row in rows.items()} == {"had-it": "sent", "nowhere": "skipped", "new": "planned"}


def test_whom_it_has_no_text_for_holds_back_the_missing_too(database: Database) -> None:
    def work(session: Session) -> list[tuple[str, str]]:
        rows = make_office(session, [Person("failed", email="a@example.org"), Person("nowhere")])
        make_mailing(session, rows)
        plan(session)
        session.execute(update(Delivery).where(Delivery.state == "planned").values(state="failed"))
        add_person(session, rows, Person("new", email="n@example.org", language="fr"))
        with pytest.raises(DoesNotLeave, match="no-text:fr"):
            plan_missing(session, session.scalars(select(Occurrence.id)).one(), LATER, RULES)
        return sorted(row[::2] for row in ledger(session).values())

    assert database.write(work) == [("failed", ""), ("skipped", "no-address")]


def test_a_notice_becomes_one_delivery_by_its_channel(database: Database) -> None:
    def work(session: Session) -> list[tuple[str, str, int]]:
        rows = make_office(session, [Person("both", email="a@example.org", telegram="9", basis="consent")])
        for _ in range(2):
            tell(session, News("chat-joined", "k", rows.people["both"], "email", rows.office, {"address_id": 1}), DUE)
        assert (plan_notices(session, DUE), plan_notices(session, DUE)) == (1, 0)
        statement = select(Delivery.state, Delivery.channel, Delivery.priority)
        return [(row.state, row.channel, row.priority) for row in session.execute(statement)]

    assert database.write(work) == [("planned", "email", 0)]


def test_a_notice_after_an_erased_one_is_told_too(database: Database) -> None:
    """SQLite gives a deleted row's number out again: what was planned must not go by it."""

    def work(session: Session) -> int:
        rows = make_office(session, [Person("one", email="a@example.org"), Person("two", email="b@example.org")])
        for name in ("one", "two"):
            tell(session, News("join-code", name, rows.people[name], "email", rows.office, {"code": "1"}), DUE)
            assert plan_notices(session, DUE) == 1
            session.execute(delete(Notice))
        return len(session.scalars(select(Delivery.id)).all())

    assert database.write(work) == 2


def test_a_notice_that_cannot_be_planned_holds_up_no_other(database: Database) -> None:
    def work(session: Session) -> tuple[int, list[str]]:
        rows = make_office(session, [Person("one", email="a@example.org"), Person("two", email="b@example.org")])
        news: dict[str, Any] = {"channel": "email", "office_id": rows.office}
        tell(session, News("join-code", "first", rows.people["one"], **news), DUE)
        plan_notices(session, DUE)
        session.execute(delete(Notice))
        for name, key in (("one", "first"), ("two", "second")):
            tell(session, News("join-code", key, rows.people[name], **news), DUE)
        taken = plan_notices(session, DUE)
        return taken, list(session.scalars(select(Notice.key).where(Notice.planned_at.is_(None))))

    assert database.write(work) == (1, ["first"])
