"""A message with a poll's result has nothing to tell before there is one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from notifications.ledger.events import POLL, has_button
from notifications.ledger.states import RESULTS
from notifications.ledger.tables import Mailing
from surveys.polls.kinds import State
from surveys.polls.poll import Poll
from surveys.polls.store import load_poll


def told_poll(session: Session, mailing: Mailing) -> Poll | None:
    """The poll whose result a mailing tells; None for what tells none, also where it asks for a vote besides."""
    if mailing.poll_id is None or mailing.purpose != RESULTS or has_button(session, mailing.id, POLL):
        return None
    return load_poll(session, mailing.poll_id)


def waits_for_close(session: Session, mailing: Mailing, now: datetime) -> bool:
    """Whether a mailing tells the result of a poll that is not over, or was never opened."""
    poll = told_poll(session, mailing)
    return poll is not None and poll.state_at(now) is not State.CLOSED


def tells_of_a_draft(session: Session, mailing: Mailing) -> bool:
    poll = told_poll(session, mailing)
    return poll is not None and poll.state is State.DRAFT


def has_nothing_to_tell(session: Session, mailing: Mailing) -> bool:
    """Whether the ballots of its poll are not counted."""
    poll = told_poll(session, mailing)
    return poll is not None and poll.settled_at is None


def is_of_a_draft(session: Session, mailing: Mailing) -> bool:
    """Whether the poll that a mailing is about is a draft: nobody could vote in it, and it may still change."""
    return mailing.poll_id is not None and load_poll(session, mailing.poll_id).state is State.DRAFT
