"""Signing in, being locked out, and what a role allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import Type, extract_parameters
from sqlalchemy import insert, select

from core.clock import FixedClock
from core.database.database import Database
from core.ids import CountedIds
from core.process.tables import Office
from core.staff import passwords
from core.staff.accounts import (
    TRIES,
    Candidate,
    Moment,
    NewAccount,
    Staff,
    add_account,
    close_session,
    count_try,
    grant_role,
    is_right,
    open_session,
    whose_session,
)
from core.staff.errors import (
    AccountExists,
    AccountLocked,
    ClerkElsewhere,
    NotAllowed,
    OfficeUnknown,
    PasswordWeak,
    RoleUnknown,
)
from core.staff.roles import Permission
from core.staff.tables import AuditEntry, StaffSession

OF_THE_PRODUCT = passwords._hasher  # collected before the tests' cheap one takes its place
CLERK = NewAccount("clerk@cmto.example.org", "Ada Clerk", "a long enough password")


def at(clock: FixedClock) -> Moment:
    return Moment(clock.now(), clock.now())


@pytest.fixture
def account_id(database: Database, clock: FixedClock) -> int:
    database.write(
        lambda s: s.execute(
            insert(Office).values(slug="cmto", name="CMTO", kind="authority", contact_email="", address="")
        )
    )
    return database.write(lambda s: add_account(s, CLERK, clock.now()))


def test_the_right_password_signs_in_and_the_wrong_one_does_not(
    database: Database, clock: FixedClock, account_id: int
) -> None:
    candidate = database.write(lambda s: count_try(s, " Clerk@cmto.example.org", clock.now()))
    assert candidate.account_id == account_id
    assert is_right(candidate, CLERK.password)
    assert not is_right(candidate, "something else entirely")
    assert not is_right(database.write(lambda s: count_try(s, "nobody@example.org", clock.now())), CLERK.password)


@pytest.mark.parametrize("email", [CLERK.email, "nobody@example.org"])
def test_many_tries_lock_for_a_while(database: Database, clock: FixedClock, account_id: int, email: str) -> None:
    for _ in range(TRIES):
        database.write(lambda s: count_try(s, email, clock.now()))
    with pytest.raises(AccountLocked):
        database.write(lambda s: count_try(s, email, clock.now()))
    clock.advance(timedelta(minutes=16))
    assert database.write(lambda s: count_try(s, email, clock.now())).email == email


def test_a_right_password_wipes_the_tries_out(
    database: Database, clock: FixedClock, ids: CountedIds, account_id: int
) -> None:
    for _ in range(2 * TRIES):
        candidate = database.write(lambda s: count_try(s, CLERK.email, clock.now()))
        database.write(lambda s, who=candidate: open_session(s, who, ids, at(clock)))  # type: ignore[misc]


def test_a_session_ends_by_itself_and_by_signing_out(
    database: Database, clock: FixedClock, ids: CountedIds, account_id: int
) -> None:
    first = database.write(lambda s: open_session(s, Candidate(CLERK.email, account_id), ids, at(clock)))
    second = database.write(lambda s: open_session(s, Candidate(CLERK.email, account_id), ids, at(clock)))
    database.write(lambda s: close_session(s, first))
    assert database.read(lambda s: whose_session(s, first, clock.now())) is None
    found = database.read(lambda s: whose_session(s, second, clock.now()))
    assert found is not None
    assert found.name == "Ada Clerk"
    clock.advance(timedelta(hours=11))
    assert database.read(lambda s: whose_session(s, second, clock.now())) is None


def test_the_cookie_is_not_in_the_database(
    database: Database, clock: FixedClock, ids: CountedIds, account_id: int
) -> None:
    token = database.write(lambda s: open_session(s, Candidate(CLERK.email, account_id), ids, at(clock)))
    assert token not in set(database.read(lambda s: s.scalars(select(StaffSession.digest)).all()))


def test_a_role_counts_in_its_office_only(
    database: Database, clock: FixedClock, ids: CountedIds, account_id: int
) -> None:
    database.write(lambda s: grant_role(s, account_id, "cmto", "reader", clock.now()))
    token = database.write(lambda s: open_session(s, Candidate(CLERK.email, account_id), ids, at(clock)))
    staff = database.read(lambda s: whose_session(s, token, clock.now()))
    assert isinstance(staff, Staff)
    (office,) = staff.roles
    assert staff.may(Permission.SEE_RESULTS, office)
    assert not staff.may(Permission.SEE_RESULTS, office + 1)
    with pytest.raises(NotAllowed):
        staff.need(Permission.EXPORT_RESULTS, office)


def test_mistakes_are_told(database: Database, clock: FixedClock, account_id: int) -> None:
    now = clock.now()
    with pytest.raises(AccountExists):
        database.write(lambda s: add_account(s, CLERK, now))
    with pytest.raises(PasswordWeak):
        database.write(lambda s: add_account(s, NewAccount("b@example.org", "B", "short"), now))
    with pytest.raises(OfficeUnknown):
        database.write(lambda s: grant_role(s, account_id, "nowhere", "reader", now))
    with pytest.raises(ClerkElsewhere):
        database.write(lambda s: grant_role(s, account_id, "cmto", "clerk", now))
    with pytest.raises(RoleUnknown):
        database.write(lambda s: grant_role(s, account_id, "cmto", "king", now))


def test_acts_are_in_the_audit_log(database: Database, clock: FixedClock, account_id: int) -> None:
    database.write(lambda s: grant_role(s, account_id, "cmto", "reviewer", clock.now()))
    acts = database.read(lambda s: s.execute(select(AuditEntry.act, AuditEntry.details)).all())
    assert [(entry.act, entry.details) for entry in acts] == [
        ("account.added", {}),
        ("role.granted", {"role": "reviewer"}),
    ]


def test_a_guess_costs_what_owasp_advises() -> None:
    kept = extract_parameters(OF_THE_PRODUCT.hash(CLERK.password))
    assert kept.type is Type.ID
    assert kept.time_cost >= 2 and kept.memory_cost >= 19 * 1024
    assert OF_THE_PRODUCT is not passwords._hasher, "the tests' own is cheap"
