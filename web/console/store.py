"""What the console reads. Every look-up is bound to the offices of whoever looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.tables import Membership
from core.process.tables import Event, Office, Phase, Process
from core.staff.accounts import Staff
from core.staff.roles import Permission
from core.staff.tables import Account, AuditEntry
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.review.store import (
    PROCESSES,
    READS,
    MailingRow,
    ProcessRow,
    find_mailing,
    find_process,
    mailings,
    occurrence_of,
)
from surveys.engine.form import Form
from surveys.responses.rounds import OpenRound
from surveys.responses.shelf import FormShelf
from surveys.responses.store import load_round
from surveys.responses.tables import FormVersion, Questionnaire, Round
from web.console.errors import NothingHere
from web.public.store import load_office
from web.site import OfficeName

PAGE = 50
__all__ = [  # what the console and the staff's bot read alike
    "READS",
    "MailingRow",
    "ProcessRow",
    "find_mailing",
    "find_process",
    "mailings",
    "occurrence_of",
]


def events_of(session: Session, process_id: int) -> list[tuple[int, dict[str, str]]]:
    """The events of a process with their titles, the earliest first."""
    found = select(Event.id, Event.title).where(Event.process_id == process_id).order_by(Event.starts_local)
    return [(row.id, row.title) for row in session.execute(found)]


@dataclass(frozen=True)
class VersionRow:
    id: int
    number: int
    published_at: datetime
    source_name: str


@dataclass(frozen=True)
class QuestionnaireRow:
    """A questionnaire with its versions; `process` is its title by language."""

    id: int
    slug: str
    process: dict[str, str]
    time_zone: str
    versions: list[VersionRow]


@dataclass(frozen=True)
class LedgerRow:
    """One person's line in the ledger of a mailing."""

    id: int
    reference: str
    name: str
    channel: str
    state: str
    reason: str
    attempts: int
    at: datetime | None


@dataclass(frozen=True)
class AuditRow:
    at: datetime
    who: str
    act: str
    subject: str
    details: dict[str, Any]


def office_of(session: Session, staff: Staff) -> OfficeName:
    """The office that stands in the header: the first of the account's."""
    return load_office(session, min(staff.roles, default=None))


def processes(session: Session, staff: Staff) -> list[ProcessRow]:
    """The processes of the offices whose results the account may see."""
    statement = PROCESSES.where(Process.office_id.in_(staff.offices(Permission.SEE_RESULTS))).order_by(Process.id)
    return [ProcessRow(*row) for row in session.execute(statement)]


def office_slug(session: Session, office_id: int) -> str:
    return session.scalars(select(Office.slug).where(Office.id == office_id)).one()


def category_titles(session: Session, office_id: int) -> dict[str, dict[str, str]]:
    """What categories of an office's people are called, by category and language."""
    return dict(session.get_one(Office, office_id).category_titles)


def phases(session: Session, process_id: int) -> Sequence[Phase]:
    return session.scalars(select(Phase).where(Phase.process_id == process_id).order_by(Phase.position)).all()


def events(session: Session, process_id: int) -> Sequence[Event]:
    """The events of a process, in the order of their days."""
    found = select(Event).where(Event.process_id == process_id).order_by(Event.starts_local, Event.id)
    return session.scalars(found).all()


def rounds(session: Session, process_id: int) -> list[OpenRound]:
    """The rounds of a process, the newest first."""
    found = select(Round.id).where(Round.process_id == process_id).order_by(Round.opens_at.desc(), Round.id)
    return [load_round(session, round_id) for round_id in session.scalars(found)]


def questionnaires(session: Session, staff: Staff) -> list[QuestionnaireRow]:
    """The questionnaires with their versions, of the offices whose results the account may see, the newest first."""
    statement = (
        select(
            Questionnaire.id, Questionnaire.slug, Process.title, Process.time_zone, FormVersion.id.label("version_id"),
            FormVersion.version, FormVersion.published_at, FormVersion.source_name,
        )
        .join(Process, Process.id == Questionnaire.process_id)
        .join(FormVersion, FormVersion.questionnaire_id == Questionnaire.id)
        .where(Questionnaire.office_id.in_(staff.offices(Permission.SEE_RESULTS)))
        .order_by(Questionnaire.id, FormVersion.version.desc())
    )  # fmt: skip
    found: dict[int, QuestionnaireRow] = {}
    for row in session.execute(statement):
        one = found.setdefault(row.id, QuestionnaireRow(row.id, row.slug, row.title, row.time_zone, []))
        one.versions.append(VersionRow(row.version_id, row.version, row.published_at, row.source_name))
    return list(found.values())


def find_form(session: Session, shelf: FormShelf, staff: Staff, version_id: int) -> Form:
    """A published version; raises NothingHere."""
    office = session.scalar(
        select(Questionnaire.office_id)
        .join(FormVersion, FormVersion.questionnaire_id == Questionnaire.id)
        .where(FormVersion.id == version_id)
    )
    if office is None or not staff.may(Permission.SEE_RESULTS, office):
        raise NothingHere
    return shelf.get(session, version_id)


def find_round(session: Session, staff: Staff, round_id: int) -> OpenRound:
    """Raises NothingHere."""
    office = session.scalar(select(Round.office_id).where(Round.id == round_id))
    if office is None or not staff.may(Permission.SEE_RESULTS, office):
        raise NothingHere
    return load_round(session, round_id)


def ledger(session: Session, mailing: MailingRow, where: Collection[ColumnElement[bool]], page: int) -> list[LedgerRow]:
    """A page of the ledger, of the deliveries that fit; one row more when there is a next page."""
    member = and_(Membership.participant_id == Delivery.participant_id, Membership.office_id == mailing.office_id)
    moment = func.coalesce(Delivery.settled_at, Delivery.handed_over_at)
    statement = (
        select(
            Delivery.id, Membership.reference, Membership.name, Delivery.channel, Delivery.state, Delivery.reason,
            Delivery.attempts, moment.label("at"),
        )
        .outerjoin(Membership, member)
        .where(Delivery.mailing_id == mailing.id, *where)
        .order_by(Delivery.occurrence_id, Delivery.participant_id)  # as its index has them
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )  # fmt: skip
    return [
        LedgerRow(row.id, row.reference or "", row.name or "", row.channel, row.state, row.reason, row.attempts, row.at)
        for row in session.execute(statement)
    ]


def names_of(session: Session, round_: OpenRound) -> tuple[str, str]:
    """The short names of a round's office and of the round."""
    return session.scalars(select(Office.slug).where(Office.id == round_.office_id)).one(), round_.slug


def next_due(session: Session, process_ids: Collection[int]) -> dict[int, datetime]:
    """The next planned time of each mailing of the processes that has one."""
    statement = (
        select(Occurrence.mailing_id, Occurrence.due_at)
        .join(Mailing, Mailing.id == Occurrence.mailing_id)
        .where(
            among(Mailing.process_id, process_ids),
            Mailing.state != MailingState.CANCELLED,
            Occurrence.state == OccurrenceState.DUE,
        )
        .order_by(Occurrence.due_at.desc())
    )
    return {row.mailing_id: row.due_at for row in session.execute(statement)}


def audit(session: Session, staff: Staff, page: int) -> list[AuditRow]:
    """The audit log of the offices whose log the account may see, the newest first."""
    offices = staff.offices(Permission.SEE_AUDIT)
    if not offices:
        raise NothingHere
    statement = (
        select(AuditEntry.at, Account.name, AuditEntry.act, AuditEntry.subject, AuditEntry.details)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .where(AuditEntry.office_id.in_(offices))
        .order_by(AuditEntry.id.desc())
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )
    return [AuditRow(row.at, row.name or "", row.act, row.subject, row.details) for row in session.execute(statement)]
