"""An account that voted as nobody's, and has become somebody's: one voter from then on."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.links import Links
from surveys.polls.groups import voter_by_account
from surveys.polls.tables import NamedBallot, Poll, PollVoter
from surveys.polls.voters import account_key


def take_over_votes(session: Session, links: Links, account: int) -> None:
    """What a Telegram account voted before it was joined is its person's, in polls that are not settled yet.

    Of two named ballots, one given at another door before the joining, the one given first stands; two secret ones both
    stay, as nobody can find them.
    """
    person = voter_by_account(session, account).participant_id
    if person is None:
        return
    for poll_id in session.scalars(select(Poll.id).where(Poll.walk_ins, Poll.settled_at.is_(None)).order_by(Poll.id)):
        key = account_key(links, poll_id, account)
        for table in (PollVoter, NamedBallot):
            theirs = table.poll_id == poll_id, table.voter == key, table.participant_id.is_(None)
            session.execute(update(table).where(*theirs).values(participant_id=person))
