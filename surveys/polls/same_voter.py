"""An account that voted as nobody's, and is somebody's: one voter from then on, until the account is parted again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core.database.many import Words, among
from core.links import Links
from surveys.polls.groups import voter_by_account
from surveys.polls.mixing import hold
from surveys.polls.tables import NamedBallot, Poll, PollVoter
from surveys.polls.voters import account_key


def take_over_votes(session: Session, links: Links, account: int) -> None:
    """What a Telegram account voted before it was joined is its person's, in polls that are not settled yet.

    Nothing where it is not shown yet whose the account is. Of two named ballots, one given at another door before the
    joining, the one given first stands; two secret ones both stay, as nobody can find them.
    """
    person = voter_by_account(session, account).participant_id
    if person is not None:
        _hand_over(session, links, account, person)


def give_back_votes(session: Session, links: Links, account: int) -> None:
    """The same back again, once the account is parted from its person: it is nobody's, as before it was joined."""
    _hand_over(session, links, account, None)


def _hand_over(session: Session, links: Links, account: int, person: int | None) -> None:
    """Each poll is held like by a vote, so that nothing moves after the last count."""
    for poll_id, key in _entered(session, links, account).items():
        hold(session, poll_id)
        if session.scalar(select(Poll.id).where(Poll.id == poll_id, Poll.settled_at.is_(None))) is None:
            continue
        for table in (PollVoter, NamedBallot):
            theirs = table.poll_id == poll_id, table.voter == key
            session.execute(update(table).where(*theirs).values(participant_id=person))


def _entered(session: Session, links: Links, account: int) -> Mapping[int, str]:
    """The account's keys in the registers where it stands, by the number of the poll, in order."""
    open_to_it = select(Poll.id).where(Poll.walk_ins, Poll.settled_at.is_(None))
    keys = {account_key(links, one, account): one for one in session.scalars(open_to_it)}
    wanted = bindparam(None, list(keys), type_=Words(), unique=True)
    found = session.scalars(select(PollVoter.voter).where(among(PollVoter.voter, wanted))).all() if keys else ()
    return {keys[one]: one for one in sorted(found, key=lambda one: keys[one])}
