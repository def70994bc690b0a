"""Polls in a group chat: Telegram's own where the office allows that, else a message that leads to the vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.people.channels import TELEGRAM
from core.people.tables import Address
from surveys.polls.checking import fits_group
from surveys.polls.kinds import Shown
from surveys.polls.poll import Poll
from surveys.polls.tables import GroupPoll
from surveys.polls.voters import Voter


@dataclass(frozen=True)
class Posted:
    """Where a poll stands in a group, by Telegram's name for it; `message:...` for a message with a button."""

    telegram_id: str
    poll_id: int
    chat_id: int
    message_id: int


def shows_names(poll: Poll) -> bool:
    """Whether a group gets Telegram's own poll, in which its members see who of them chose what."""
    return poll.definition.names_in_groups and fits_group(poll.definition)


def hides_until_close(poll: Poll) -> bool:
    """Whether Telegram keeps back how it stands; it shows that to nobody who has not voted, also of a `live` one."""
    return poll.definition.shown is Shown.AFTER_CLOSE


def note_posted(session: Session, posted: Posted, now: datetime) -> None:
    session.execute(insert(GroupPoll).values(**vars(posted), posted_at=now))


def find_posted(session: Session, telegram_id: str) -> Posted | None:
    row = session.get(GroupPoll, telegram_id)
    return Posted(row.telegram_id, row.poll_id, row.chat_id, row.message_id) if row is not None else None


def posted_in(session: Session, poll_id: int, chat_id: int) -> Posted | None:
    there = select(GroupPoll).where(GroupPoll.poll_id == poll_id, GroupPoll.chat_id == chat_id)
    row = session.scalars(there.limit(1)).first()
    return Posted(row.telegram_id, row.poll_id, row.chat_id, row.message_id) if row is not None else None


def voter_by_account(session: Session, account: int) -> Voter:
    """The participant whom a Telegram account was shown to belong to, else the account alone."""
    mine = Address.channel == TELEGRAM, Address.value == str(account), Address.proved_at.is_not(None)
    return Voter(session.scalar(select(Address.participant_id).where(*mine)), account)
