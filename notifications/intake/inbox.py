"""What came in and waits for staff, and the addresses that nobody writes to any more: each office sees its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, or_, select, update
from sqlalchemy.orm import Session

from core.people.channels import EMAIL
from core.people.tables import Address, Membership, Suppression
from core.staff.tables import Account
from notifications.intake.states import MailState
from notifications.intake.tables import IncomingMail

PAGE = 50
SHOWN = (MailState.FOR_STAFF, MailState.NOTED, MailState.READ, MailState.ANSWERED)


@dataclass(frozen=True)
class Reach:
    """Whose mails somebody may read: those of `offices`, and by the right of the office `unsigned` those of none."""

    offices: Collection[int]
    unsigned: int | None = None


@dataclass(frozen=True)
class InboxRow:
    """A mail for staff; `name` and `reference` are the office's for who wrote it, where that is certain."""

    id: int
    received_at: datetime
    kind: str
    state: str
    sender: str
    subject: str
    words: str
    name: str
    reference: str
    office_id: int | None
    door: str = "mail"
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True)
class ExcludedRow:
    """An address of one of an office's people that is on the suppression list."""

    id: int
    value: str
    reason: str
    since: datetime
    name: str
    office_id: int


def inbox(session: Session, reach: Reach, page: int) -> list[InboxRow]:
    """A page of what waits for staff, was noted or read, the newest first; one row more when there is a next page."""
    member = and_(
        Membership.participant_id == IncomingMail.participant_id, Membership.office_id == IncomingMail.office_id
    )
    statement = (
        select(IncomingMail, Membership.name, Membership.reference, Account.name.label("by"))
        .outerjoin(Membership, member)
        .outerjoin(Account, Account.id == IncomingMail.answered_by)
        .where(_within(reach), IncomingMail.state.in_(SHOWN))
        .order_by(case((IncomingMail.state == MailState.FOR_STAFF, 0), else_=1), IncomingMail.id.desc())
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )
    return [
        InboxRow(
            mail.id, mail.received_at, mail.kind, mail.state, mail.sender, mail.subject, mail.words,
            name or "", reference or "", mail.office_id, mail.door, mail.answer, by or "", mail.answered_at,
        )
        for mail, name, reference, by in session.execute(statement)
    ]  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A mail that somebody has just read; `office_id` None where it belongs to no office."""

    office_id: int | None


def mark_read(session: Session, mail_id: int, reach: Reach) -> Read | None:
    """Takes a mail from those that wait; None when it was not among them."""
    mine = IncomingMail.id == mail_id, _within(reach), IncomingMail.state == MailState.FOR_STAFF
    marking = update(IncomingMail).where(*mine).values(state=MailState.READ).returning(IncomingMail.office_id)
    found = session.execute(marking).first()
    return Read(found.office_id) if found is not None else None


def excluded(session: Session, offices: Collection[int], page: int) -> list[ExcludedRow]:
    """Addresses of an office's people that nobody writes to, the newest first; one row more for a next page."""
    statement = _excluded(offices).order_by(Suppression.id.desc(), Membership.id).offset(page * PAGE).limit(PAGE + 1)
    return [ExcludedRow(*row) for row in session.execute(statement)]


def find_excluded(session: Session, suppression_id: int, offices: Collection[int]) -> ExcludedRow | None:
    """One of them, where it belongs to somebody of these offices."""
    row = session.execute(_excluded(offices).where(Suppression.id == suppression_id).limit(1)).first()
    return ExcludedRow(*row) if row is not None else None


def _excluded(offices: Collection[int]) -> Select[int, str, str, datetime, str, int]:
    columns = (
        Suppression.id, Suppression.value, Suppression.reason, Suppression.since, Membership.name, Membership.office_id,
    )  # fmt: skip
    same = and_(Address.channel == Suppression.channel, Address.value == Suppression.value)
    return (
        select(*columns)
        .join(Address, same)
        .join(Membership, Membership.participant_id == Address.participant_id)
        .where(
            Suppression.lifted_at.is_(None),
            Suppression.channel == EMAIL,
            Membership.office_id.in_(offices),
            Membership.left_at.is_(None),
        )
    )


def _within(reach: Reach) -> ColumnElement[bool]:
    mine = IncomingMail.office_id.in_(reach.offices)
    return or_(mine, IncomingMail.office_id.is_(None)) if reach.unsigned is not None else mine
