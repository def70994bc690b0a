"""Accounts of staff: made, granted a role, signed in and out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.ids import Ids
from core.process.tables import Office
from core.staff.audit import Act, record
from core.staff.errors import AccountExists, AccountLocked, ClerkElsewhere, NotAllowed, OfficeUnknown, RoleUnknown
from core.staff.passwords import hash_password, matches, nobody
from core.staff.roles import Permission, Role, allows
from core.staff.tables import Account, FailedSignIn, Grant, StaffSession

CLERKS_OFFICES = frozenset({"municipality", "union", "zone"})  # kinds of office that run their own
TRIES = 8
LOCKED = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)  # after which earlier wrong passwords no longer count
SIGNED_IN = timedelta(hours=10)


@dataclass(frozen=True)
class NewAccount:
    email: str
    name: str
    password: str
    language: str = "it"


@dataclass(frozen=True)
class Candidate:
    """Who wants to sign in; `password` is the account's hash, "" where there is no account."""

    email: str
    account_id: int | None = None
    password: str = ""


@dataclass(frozen=True)
class Moment:
    """The time of the office, and the machine's: by that one sessions and locks last, for a browser is physical."""

    now: datetime
    machine: datetime


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff and the roles they hold, by office id."""

    account_id: int
    name: str
    language: str
    roles: dict[int, Role]

    def may(self, permission: Permission, office_id: int) -> bool:
        role = self.roles.get(office_id)
        return role is not None and allows(role, permission)

    def offices(self, permission: Permission) -> list[int]:
        """Those in which they may."""
        return [office_id for office_id in self.roles if self.may(permission, office_id)]

    def need(self, permission: Permission, office_id: int) -> None:
        """Raises NotAllowed."""
        if not self.may(permission, office_id):
            raise NotAllowed


def add_account(session: Session, new: NewAccount, now: datetime) -> int:
    """Makes an account without any role; raises AccountExists, PasswordWeak."""
    email = new.email.strip().lower()
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise AccountExists(email=email)
    made = insert(Account).values(
        email=email,
        name=new.name,
        language=new.language,
        password=hash_password(new.password),
        created_at=now,
    )
    account_id: int = session.execute(made.returning(Account.id)).scalar_one()
    record(session, Act("account.added", f"account:{account_id}"), now)
    return account_id


def grant_role(session: Session, account_id: int, office_slug: str, role: str, now: datetime) -> None:
    """Gives an account a role in an office, in place of an earlier one; raises what `check_grant` does."""
    office_id = check_grant(session, office_slug, role)
    session.execute(delete(Grant).where(Grant.account_id == account_id, Grant.office_id == office_id))
    session.execute(insert(Grant).values(account_id=account_id, office_id=office_id, role=role))
    record(session, Act("role.granted", f"account:{account_id}", office_id=office_id, details={"role": role}), now)


def check_grant(session: Session, office_slug: str, role: str) -> int:
    """The id of an office in which a role can be given; raises OfficeUnknown, RoleUnknown, ClerkElsewhere."""
    if role not in set(Role):
        raise RoleUnknown(role=role, roles=", ".join(Role))
    office = session.execute(select(Office.id, Office.kind).where(Office.slug == office_slug)).one_or_none()
    if office is None:
        raise OfficeUnknown(office=office_slug)
    if role == Role.CLERK and office.kind not in CLERKS_OFFICES:
        raise ClerkElsewhere(office=office_slug)
    return int(office.id)


def count_try(session: Session, email: str, machine_now: datetime) -> Candidate:
    """Counts a try before the password is looked at, so that tries side by side count too.

    Raises AccountLocked, for an address without an account just as for one with it: nobody
    learns which exist. Commit it, then ask `is_right` outside any transaction.
    """
    email = email.strip().lower()
    _check_lock(session, email, machine_now)
    _count(session, email, machine_now)
    account = session.execute(
        select(Account.id, Account.password).where(Account.email == email, Account.disabled_at.is_(None))
    ).one_or_none()
    return Candidate(email) if account is None else Candidate(email, account.id, account.password)


def is_right(candidate: Candidate, password: str) -> bool:
    """Whether a password opens the account; slow by design, and as slow where there is none."""
    return matches(candidate.password or nobody(), password) and candidate.account_id is not None


def _check_lock(session: Session, email: str, machine_now: datetime) -> None:
    failed = session.get(FailedSignIn, _digest(email), with_for_update=True)
    if failed is not None and failed.failures % TRIES == 0 and failed.last_at + LOCKED > machine_now:
        raise AccountLocked(minutes=int((failed.last_at + LOCKED - machine_now).total_seconds() // 60) + 1)


def _count(session: Session, email: str, machine_now: datetime) -> None:
    session.execute(delete(FailedSignIn).where(FailedSignIn.last_at < machine_now - FORGOTTEN))
    failed = insert_into(session, FailedSignIn).values(digest=_digest(email), failures=1, last_at=machine_now)
    again = {"failures": FailedSignIn.failures + 1, "last_at": machine_now}
    session.execute(failed.on_conflict_do_update(index_elements=["digest"], set_=again))


def open_session(session: Session, candidate: Candidate, ids: Ids, moment: Moment) -> str:
    """Signs a browser in whose password was right; returns the token for its cookie."""
    token, account_id, machine_now = ids.token(), candidate.account_id, moment.machine
    session.execute(delete(FailedSignIn).where(FailedSignIn.digest == _digest(candidate.email)))
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= machine_now))
    session.execute(
        insert(StaffSession).values(
            digest=_digest(token),
            account_id=account_id,
            started_at=machine_now,
            expires_at=machine_now + SIGNED_IN,
        )
    )
    record(session, Act("account.signed-in", f"account:{account_id}", account_id=account_id), moment.now)
    return token


def change_language(session: Session, account_id: int, language: str) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(language=language))


def close_session(session: Session, token: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.digest == _digest(token)))


def whose_session(session: Session, token: str, machine_now: datetime) -> Staff | None:
    """Who a cookie's token belongs to, with their roles; None when nobody is signed in by it."""
    found = session.execute(
        select(Account.id, Account.name, Account.language)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(StaffSession.digest == _digest(token), StaffSession.expires_at > machine_now)
        .where(Account.disabled_at.is_(None))
    ).one_or_none()
    return _with_roles(session, found) if found is not None else None


def load_staff(session: Session, account_id: int) -> Staff | None:
    """An account with its roles as of now; None where there is none, or it was disabled."""
    known = select(Account.id, Account.name, Account.language)
    found = session.execute(known.where(Account.id == account_id, Account.disabled_at.is_(None))).one_or_none()
    return _with_roles(session, found) if found is not None else None


def _with_roles(session: Session, found: Any) -> Staff:
    grants = session.execute(select(Grant.office_id, Grant.role).where(Grant.account_id == found.id))
    return Staff(found.id, found.name, found.language, {office: Role(role) for office, role in grants})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
