"""Votes as part of somebody's data, and what becomes of them when a person is erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.ids import RandomIds
from core.people.my_data import Contributor
from surveys.polls.kinds import Secrecy
from surveys.polls.tables import NamedBallot, Poll, PollVoter

GONE = "gone:"  # before a random word, in the place of a voter who was erased


def votes_contributor() -> Contributor:
    """The part of a person's export that polls add."""
    return "votes", export_votes


def export_votes(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """In which polls these participants took part and, of named ones, what they chose; JSON-able.

    What was chosen in an anonymous poll nobody can say: `choice` is None.
    """
    took_part = (
        select(Poll.slug, Poll.title, Poll.secrecy, PollVoter.apart, NamedBallot)
        .select_from(PollVoter)
        .join(Poll, Poll.id == PollVoter.poll_id)
        .outerjoin(NamedBallot, (NamedBallot.poll_id == PollVoter.poll_id) & (NamedBallot.voter == PollVoter.voter))
        .where(PollVoter.participant_id.in_(participant_ids))
        .order_by(Poll.id, PollVoter.voter)
    )
    return [_told(row) for row in session.execute(took_part)]


def _told(row: Any) -> dict[str, Any]:
    ballot: NamedBallot | None = row.NamedBallot
    told = {"poll": row.slug, "title": row.title, "anonymous": row.secrecy == Secrecy.ANONYMOUS, "apart": row.apart}
    if ballot is None:
        return told | {"choice": None}
    times = {"first_at": ballot.first_at.isoformat(), "at": ballot.at.isoformat()}
    return told | {"choice": ballot.choice, "door": ballot.door, "changes": ballot.changes, **times}


def erase_votes(session: Session, participant_ids: Sequence[int]) -> None:
    """Cuts these participants off from their votes.

    While a named poll is open their ballot goes; once it is settled the ballot stays without its voter, or the result
    that was told could not be recomputed. A secret ballot cannot be found; that somebody voted stays as a number.
    """
    ids, counted = RandomIds(), select(Poll.id).where(Poll.settled_at.is_not(None))
    theirs = NamedBallot.participant_id.in_(participant_ids)
    withdrawn = select(NamedBallot.poll_id, NamedBallot.voter).where(theirs, NamedBallot.poll_id.not_in(counted))
    for row in session.execute(withdrawn).all():
        for table in (NamedBallot, PollVoter):
            session.execute(delete(table).where(table.poll_id == row.poll_id, table.voter == row.voter))
    mine = select(PollVoter.poll_id, PollVoter.voter).where(PollVoter.participant_id.in_(participant_ids))
    for row in session.execute(mine).all():
        nobody = {"voter": f"{GONE}{ids.token()}", "participant_id": None}
        for table in (NamedBallot, PollVoter):
            session.execute(update(table).where(table.poll_id == row.poll_id, table.voter == row.voter).values(nobody))
