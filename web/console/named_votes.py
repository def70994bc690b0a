"""Who chose what in a named poll, as the office reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.people.tables import Membership
from surveys.polls.poll import Poll
from surveys.polls.reading import standing_ballots

MOST = 1000  # on one page


@dataclass(frozen=True)
class NamedVote:
    """`name` is "" for a walk-in, and for who was erased after the close."""

    name: str
    ballot: str
    door: str
    at: datetime
    apart: bool


def named_votes(session: Session, poll: Poll) -> Sequence[NamedVote]:
    """By name; of people merged the vote that stands."""
    standing = standing_ballots(poll.id)
    member = and_(Membership.participant_id == standing.c.person_id, Membership.office_id == poll.office_id)
    found = (
        select(standing, Membership.name, Membership.reference)
        .outerjoin(Membership, member)
        .order_by(Membership.name, standing.c.voter)
        .limit(MOST)
    )
    return [
        NamedVote(one.name or one.reference or "", one.choice, one.door, one.at, one.apart)
        for one in session.execute(found)
    ]
