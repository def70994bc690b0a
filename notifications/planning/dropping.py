"""A draft of a poll taken away, with what was to be said of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.staff.audit import Act, record
from notifications.ledger.drawing_back import hold_mailings_of
from notifications.ledger.release import set_state
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Delivery, Mailing, MailingFile, MailingText, Occurrence, SentText
from notifications.staff.tables import Alarm
from surveys.polls.making import drop_poll
from surveys.polls.store import load_poll

PARTS = (MailingText, MailingFile, Occurrence)


def drop_question(session: Session, poll_id: int, account_id: int, now: datetime) -> None:
    """Drafts that were made for the poll and never left go with it, and stand in the audit log; what else is about it
    is stopped for good. Raises PollUnknown, PollBegun."""
    poll = load_poll(session, poll_id)
    mailings = hold_mailings_of(session, poll_id)
    kept = [one.id for one in mailings if not _was_for_it_alone(session, one, poll.office_id)]
    gone = [(one.id, one.office_id) for one in mailings if one.id not in kept]
    drop_poll(session, poll_id, now)
    for mailing_id in kept:
        set_state(session, mailing_id, MailingState.CANCELLED, now)
    for mailing_id, office_id in gone:
        _drop(session, mailing_id)
        record(session, Act("mailing.dropped", f"mailing:{mailing_id}", account_id, office_id), now)


def _was_for_it_alone(session: Session, mailing: Mailing, office_id: int) -> bool:
    """Whether a mailing is a draft that hangs on the poll and never left; one of a package is no draft of staff."""
    by_staff = mailing.written_by is not None or mailing.office_id != office_id  # a municipality's, for its union
    if mailing.state != MailingState.DRAFT or "poll" not in (mailing.anchor or {}) or not by_staff:
        return False
    left = (select(one.mailing_id).where(one.mailing_id == mailing.id).limit(1) for one in (Delivery, SentText))
    return all(session.scalar(one) is None for one in left)


def _drop(session: Session, mailing_id: int) -> None:
    for part in PARTS:
        session.execute(delete(part).where(part.mailing_id == mailing_id))
    session.execute(update(Alarm).where(Alarm.mailing_id == mailing_id).values(mailing_id=None))
    session.execute(delete(Mailing).where(Mailing.id == mailing_id))
