"""A poll that is changed before it opens draws back what was released about it: nobody has read the new question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.staff.audit import Act, record
from notifications.ledger.revision import hold_mailing
from notifications.ledger.states import MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence


def hold_mailings_of(session: Session, poll_id: int) -> list[Mailing]:
    """The mailings about a poll that were not stopped, locked until the commit in the order in which a release does it.

    Before the poll itself is locked.
    """
    going = Mailing.poll_id == poll_id, Mailing.state != MailingState.CANCELLED
    numbers = session.scalars(select(Mailing.id).where(*going).order_by(Mailing.id)).all()
    return [hold_mailing(session, one) for one in numbers]


def draw_back(
    session: Session, mailings: Sequence[Mailing], office_id: int, account_id: int, now: datetime
) -> list[int]:
    """Those that were released and have not begun to leave are drafts again; returns their numbers.

    Of the office's own, also of its drafts, who changed the question counts as the writer: somebody else reads it.
    """
    drawn = []
    for mailing in mailings:
        begun = Occurrence.mailing_id == mailing.id, Occurrence.state == OccurrenceState.PLANNED
        if session.scalar(select(Occurrence.id).where(*begun).limit(1)) is not None:
            continue
        values: dict[str, object] = {"written_by": account_id} if mailing.office_id == office_id else {}
        if mailing.state == MailingState.RELEASED:
            values |= {"state": MailingState.DRAFT, "released_at": None}
            drawn.append(mailing.id)
            record(session, Act("mailing.drawn-back", f"mailing:{mailing.id}", account_id, mailing.office_id), now)
        if values:
            session.execute(update(Mailing).where(Mailing.id == mailing.id).values(values))
    return drawn
