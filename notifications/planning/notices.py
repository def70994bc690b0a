"""Notices leave by the ledger like everything else: each becomes an occurrence of a built-in mailing."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.people.tables import Participant
from core.tables import Notice
from notifications.ledger.reach import Meant
from notifications.ledger.snapshot import Snapshot, write_snapshot
from notifications.ledger.states import Kind, MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence

log = structlog.get_logger()

MOST_AT_ONCE = 500


def waiting_notices(session: Session) -> list[int]:
    """Notices that nobody has planned yet, oldest first."""
    statement = select(Notice.id).where(Notice.planned_at.is_(None)).order_by(Notice.id).limit(MOST_AT_ONCE)
    return list(session.scalars(statement))


def plan_notices(session: Session, now: datetime) -> int:
    """Writes the deliveries of waiting notices; how many notices it took. One that cannot be holds up no other."""
    taken = 0
    for notice_id in waiting_notices(session):
        try:
            with session.begin_nested():
                taken += _take(session, notice_id, now)
        except IntegrityError as error:
            # Without the traceback: a database's message may hold what a person wrote.
            log.error("notice cannot be planned", notice=notice_id, reason=type(error.orig).__name__)  # noqa: TRY400
    return taken


def _take(session: Session, notice_id: int, now: datetime) -> bool:
    claimed = session.execute(
        update(Notice).where(Notice.id == notice_id, Notice.planned_at.is_(None)).values(planned_at=now)
    )
    assert isinstance(claimed, CursorResult)
    if not claimed.rowcount:
        return False  # another planner got there first
    _plan(session, session.get_one(Notice, notice_id), now)
    return True


def _plan(session: Session, notice: Notice, now: datetime) -> None:
    mailing = _mailing_of(session, notice, now)
    occurrence = Occurrence(
        mailing_id=mailing.id,
        key=notice.key,
        due_local=now.isoformat(timespec="minutes"),
        time_zone="UTC",
        due_at=now,
        state=OccurrenceState.PLANNED,
        channel=notice.channel,
        values=notice.values,
        planned_at=now,
    )
    session.add(occurrence)
    session.flush()
    meant = Meant(mailing, Participant.id == notice.participant_id, now, notice.channel)
    write_snapshot(session, Snapshot(meant, occurrence.id, (now,)))


def _mailing_of(session: Session, notice: Notice, now: datetime) -> Mailing:
    slug = f"notice-{notice.kind}"
    same_office = Mailing.office_id.is_(None) if notice.office_id is None else Mailing.office_id == notice.office_id
    known = select(Mailing).where(Mailing.slug == slug, Mailing.process_id.is_(None), same_office)
    found = session.scalars(known.order_by(Mailing.id).limit(1)).first()
    if found is not None:
        return found
    session.execute(
        insert(Mailing).values(
            office_id=notice.office_id,
            process_id=None,
            slug=slug,
            kind=Kind.NOTICE,
            purpose="",
            anchor={},
            missed={},
            state=MailingState.RELEASED,
            released_at=now,
        )
    )
    return session.scalars(known.order_by(Mailing.id).limit(1)).one()
