"""A message with a poll's result has nothing to tell before there is one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.content.variables import uses
from notifications.ledger.events import POLL, has_button
from notifications.ledger.reach import asks_for_vote
from notifications.ledger.states import RESULTS
from notifications.ledger.tables import Mailing, MailingText
from surveys.polls.kinds import State
from surveys.polls.poll import Poll
from surveys.polls.reading import voters_of
from surveys.polls.store import load_poll


def tells_result(session: Session, mailing: Mailing) -> bool:
    """Whether it tells its poll's result, by its purpose or its text, and asks for no vote besides."""
    if mailing.poll_id is None or has_button(session, mailing.id, POLL):
        return False
    return mailing.purpose == RESULTS or _shows_result(session, mailing)


def wants_vote(session: Session, mailing: Mailing) -> bool:
    """Whether it is of no use after the close, or to somebody who has voted: what tells the result is."""
    return asks_for_vote(mailing) and not tells_result(session, mailing)


def _shows_result(session: Session, mailing: Mailing) -> bool:
    texts = select(MailingText.subject, MailingText.body).where(MailingText.mailing_id == mailing.id)
    return any(uses(f"{one.subject}{one.body}", "result") for one in session.execute(texts))


def waits_for_close(session: Session, mailing: Mailing, now: datetime) -> bool:
    """Whether a mailing tells the result of a poll that is not over, or was never opened."""
    poll = _told_poll(session, mailing)
    return poll is not None and poll.state_at(now) is not State.CLOSED


def is_of_a_draft(session: Session, mailing: Mailing) -> bool:
    """Whether its poll is a draft: nobody could vote in it, and it may still change."""
    return mailing.poll_id is not None and load_poll(session, mailing.poll_id).state is State.DRAFT


def tells_of_a_draft(session: Session, mailing: Mailing) -> bool:
    poll = _told_poll(session, mailing)
    return poll is not None and poll.state is State.DRAFT


def tells_of_no_votes(session: Session, mailing: Mailing) -> bool:
    """Whether it is there to tell a result and nobody voted: what it says is of use to hardly anybody."""
    if mailing.purpose != RESULTS or mailing.poll_id is None:
        return False
    poll = load_poll(session, mailing.poll_id)
    return poll.settled_at is not None and not voters_of(session, poll).voted


def _told_poll(session: Session, mailing: Mailing) -> Poll | None:
    if mailing.poll_id is None or not tells_result(session, mailing):
        return None
    return load_poll(session, mailing.poll_id)
