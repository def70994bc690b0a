"""Named polls as Telegram's own in a group chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.people.tables import Address
from surveys.polls.errors import NotForGroup
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll
from surveys.polls.tables import GroupPoll
from surveys.polls.voters import TELEGRAM, Voter

MOST_OPTIONS = 12  # Bot API, sendPoll


@dataclass(frozen=True)
class Posted:
    """Where a poll stands in a group, by Telegram's name for it."""

    telegram_id: str
    poll_id: int
    chat_id: int
    message_id: int


def check_group(poll: Poll) -> None:
    """Raises NotForGroup for what Telegram's own polls cannot ask as it is meant."""
    rules, count = poll.rules, len(poll.names)
    several = poll.kind is Kind.MULTIPLE and rules.least <= 1 and rules.most in {0, count}
    fits = poll.kind is Kind.SINGLE or (several and not rules.none)
    if poll.is_secret or rules.shuffled or not fits or not 1 < count <= MOST_OPTIONS:
        raise NotForGroup


def note_posted(session: Session, posted: Posted, now: datetime) -> None:
    session.execute(insert(GroupPoll).values(**vars(posted), posted_at=now))


def find_posted(session: Session, telegram_id: str) -> Posted | None:
    row = session.get(GroupPoll, telegram_id)
    return Posted(row.telegram_id, row.poll_id, row.chat_id, row.message_id) if row is not None else None


def is_posted_in(session: Session, poll_id: int, chat_id: int) -> bool:
    there = select(GroupPoll.telegram_id).where(GroupPoll.poll_id == poll_id, GroupPoll.chat_id == chat_id)
    return session.scalar(there.limit(1)) is not None


def voter_by_account(session: Session, account: int) -> Voter:
    """The participant whom a Telegram account belongs to, else the account alone."""
    mine = Address.channel == TELEGRAM, Address.value == str(account)
    return Voter(session.scalar(select(Address.participant_id).where(*mine)), account)
