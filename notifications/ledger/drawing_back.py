"""A poll that is changed before it opens draws back what was released about it: nobody has read the new question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.staff.audit import Act, record
from notifications.ledger.revision import hold_mailing
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from surveys.polls.making import NOT_BEGUN, change_poll, lock_poll
from surveys.polls.poll import Definition


def hold_mailings_of(session: Session, poll_id: int) -> list[Mailing]:
    """The mailings about a poll that were not stopped, locked until the commit in the order in which a release does it.

    Before the poll itself is locked.
    """
    going = Mailing.poll_id == poll_id, Mailing.state != MailingState.CANCELLED
    numbers = session.scalars(select(Mailing.id).where(*going).order_by(Mailing.id)).all()
    return [hold_mailing(session, one) for one in numbers]


def draw_back(
    session: Session, mailings: Sequence[Mailing], office_id: int, account_id: int | None, now: datetime
) -> list[int]:
    """Those that were released are drafts again; returns their numbers. Of what has begun to leave the rest waits.

    Of the office's own, also of its drafts, who changed the question counts as the writer: somebody else reads it.
    `account_id` None stands for a package, which is written by nobody of the office.
    """
    takes_over = account_id is not None
    drawn = []
    for mailing in mailings:
        values: dict[str, object] = {"written_by": account_id} if takes_over and mailing.office_id == office_id else {}
        if mailing.state == MailingState.RELEASED:
            values |= {"state": MailingState.DRAFT, "released_at": None}
            drawn.append(mailing.id)
            record(session, Act("mailing.drawn-back", f"mailing:{mailing.id}", account_id, mailing.office_id), now)
        if values:
            session.execute(update(Mailing).where(Mailing.id == mailing.id).values(values))
    return drawn


def change_question(session: Session, poll_id: int, new: Definition, now: datetime) -> None:
    """Changes a poll as a package says it now, and draws back what was released about it; raises as change_poll."""
    mailings = hold_mailings_of(session, poll_id)
    poll = lock_poll(session, poll_id)
    change_poll(session, poll_id, new, now)
    if poll.state_at(now) in NOT_BEGUN:
        draw_back(session, mailings, poll.office_id, None, now)
