"""Mailings and processes as whoever works in an office finds them, bound to the offices of who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.process.tables import Office, Process
from core.staff.accounts import Staff
from core.staff.errors import NothingHere
from core.staff.roles import Permission
from notifications.ledger.states import RESULTS, Kind, MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, MailingText, Occurrence
from notifications.review.one_person import waits_for_another, waits_for_one
from notifications.review.subjects import filled_subjects
from surveys.polls.kinds import State
from surveys.polls.tables import Poll

READS = (Permission.SEE_PEOPLE, Permission.WRITE_MAILINGS, Permission.RELEASE_MAILINGS)  # one of them opens a mailing
TO_LEAVE = (OccurrenceState.DUE, OccurrenceState.ASKED)


@dataclass(frozen=True)
class ProcessRow:
    """A process in the list; `title` by language."""

    id: int
    slug: str
    title: dict[str, str]
    office_id: int
    office: str
    time_zone: str


@dataclass(frozen=True)
class MailingRow:
    """A mailing with its subject by language, filled with what it is about: an event, a round, a poll."""

    id: int
    slug: str
    kind: str
    state: str
    office_id: int
    process_id: int
    written_by: int | None
    subjects: dict[str, str]
    purpose: str = ""
    poll_id: int | None = None


def find_process(session: Session, staff: Staff, process_id: int) -> ProcessRow:
    """Raises NothingHere."""
    row = session.execute(PROCESSES.where(Process.id == process_id)).one_or_none()
    if row is None or not staff.may(Permission.SEE_RESULTS, row.office_id):
        raise NothingHere
    return ProcessRow(*row)


def mailings(session: Session, process_id: int) -> list[MailingRow]:
    """The mailings of a process in the order they were written; notices are not among them."""
    statement = select(Mailing).where(Mailing.process_id == process_id, Mailing.kind != Kind.NOTICE)
    return _rows(session, session.scalars(statement.order_by(Mailing.id)).all())


def mailings_of_poll(session: Session, poll_id: int) -> list[MailingRow]:
    """What is said of a poll, in the order it was written."""
    statement = select(Mailing).where(Mailing.poll_id == poll_id, Mailing.kind != Kind.NOTICE)
    return _rows(session, session.scalars(statement.order_by(Mailing.id)).all())


def drafts(session: Session, which: ColumnElement[bool]) -> list[MailingRow]:
    """Those of the newest poll first, then those of none."""
    newest = func.coalesce(Mailing.poll_id, 0).desc()
    return _rows(session, session.scalars(select(Mailing).where(which).order_by(newest, Mailing.id)).all())


def count_of_drafts(which: ColumnElement[bool]) -> ColumnElement[int]:
    """Within a statement."""
    return select(func.count()).select_from(Mailing).where(which).scalar_subquery()


def waits_for(staff: Staff, now: datetime, until: datetime) -> ColumnElement[bool]:
    """Drafts that somebody may release: of those that wait for anybody by then (`waits_for_anybody`)."""
    return and_(waits_for_one(staff, Mailing.office_id, Mailing.written_by), waits_for_anybody(now, until))


def waits_for_others(staff: Staff, now: datetime, until: datetime) -> ColumnElement[bool]:
    """Such drafts as somebody wrote and somebody else has to release."""
    mine = among(Mailing.office_id, staff.offices(Permission.WRITE_MAILINGS))
    theirs = waits_for_another(staff, Mailing.office_id, Mailing.written_by)
    return and_(mine, theirs, waits_for_anybody(now, until))


def waits_for_anybody(now: datetime, until: datetime | None = None) -> ColumnElement[bool]:
    """Drafts that wait to be released: what is said of a poll that is not over, and what is due by then, or ever.

    Of a poll that is over only its result is still told; what is said of another office's poll leaves with its own.
    """
    of_poll = select(Poll.id).where(Poll.id == Mailing.poll_id, Poll.office_id == Mailing.office_id)
    goes_on = of_poll.where(Poll.state != State.CLOSED, or_(Poll.closes_at.is_(None), Poll.closes_at > now))
    told_later = and_(Mailing.purpose == RESULTS, of_poll.exists())
    due = select(Occurrence.mailing_id).where(Occurrence.state.in_(TO_LEAVE))
    due = due if until is None else due.where(Occurrence.due_at <= until)
    return and_(
        Mailing.state == MailingState.DRAFT,
        Mailing.kind != Kind.NOTICE,
        or_(goes_on.exists(), and_(or_(Mailing.poll_id.is_(None), told_later), Mailing.id.in_(due))),
    )


def find_mailing(session: Session, staff: Staff, mailing_id: int, *permissions: Permission) -> MailingRow:
    """A mailing for who has one of the permissions; raises NothingHere.

    Who may not see people may not see the ledger.
    """
    found = session.get(Mailing, mailing_id)
    wanted = permissions or (Permission.SEE_PEOPLE,)
    if found is None or found.office_id is None or found.process_id is None or found.kind == Kind.NOTICE:
        raise NothingHere
    if not any(staff.may(permission, found.office_id) for permission in wanted):
        raise NothingHere
    return _rows(session, [found])[0]


def occurrence_of(session: Session, mailing_id: int) -> Occurrence | None:
    """The one planned time of a mailing."""
    return session.scalars(select(Occurrence).where(Occurrence.mailing_id == mailing_id, Occurrence.key == "")).first()


PROCESSES = select(
    Process.id, Process.slug, Process.title, Process.office_id, Office.name, Process.time_zone
).join(Office, Office.id == Process.office_id)  # fmt: skip


def _rows(session: Session, found: Sequence[Mailing]) -> list[MailingRow]:
    """In their order; what stands in their subjects is read for all at once."""
    texts = select(MailingText.mailing_id, MailingText.language, MailingText.subject)
    subjects: dict[int, dict[str, str]] = {one.id: {} for one in found}
    for row in session.execute(texts.where(among(MailingText.mailing_id, list(subjects)))) if found else ():
        subjects[row.mailing_id][row.language] = row.subject
    filled = filled_subjects(session, [(one, subjects[one.id]) for one in found])
    return [_row(one, words) for one, words in zip(found, filled, strict=True)]


def _row(one: Mailing, subjects: dict[str, str]) -> MailingRow:
    return MailingRow(
        one.id, one.slug, one.kind, one.state, one.office_id or 0, one.process_id or 0, one.written_by, subjects,
        one.purpose, one.poll_id,
    )  # fmt: skip
