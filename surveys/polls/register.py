"""Who has taken part in a poll, and what is written when somebody does: for many voters at once.

Rows are written in the order of their keys, so that two processes never wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from core.database.inserting import INSERTS
from core.database.many import Words, among, insert_rows, same_of
from surveys.polls.poll import Poll
from surveys.polls.tables import NamedBallot, PollVoter


class Standing(NamedTuple):
    """How somebody stands to a poll: `key` is theirs in the register, also before they are in it.

    `ballot` and `first_at` are what they chose in a named poll, and when for the first time.
    """

    key: str
    participant_id: int | None
    apart: bool
    has_voted: bool
    ballot: str = ""
    first_at: datetime | None = None


@dataclass(frozen=True)
class Written:
    """A named ballot as it is to stand, `standing` with it; `changes` are those since the register was read."""

    standing: Standing
    door: str
    at: datetime
    changes: int = 0


def read_register(session: Session, poll: Poll, keys: Collection[str], *, writes: bool = False) -> dict[str, Standing]:
    """Those of the keys under which somebody has voted, with the ballots of a named poll.

    Who `writes` keeps these entries till the commit: a ballot that is taken back meanwhile is not written again.
    """
    named = _TO_CHANGE if writes else _WITH_BALLOTS
    statement = _ENTERED if poll.is_secret else named
    found = session.connection().execute(statement, {"poll": poll.id, "keys": keys}).all()
    return {row.voter: Standing(row.voter, row.participant_id, row.apart, True, *row[len(_WHO) :]) for row in found}


def enter(session: Session, poll: Poll, voters: Mapping[str, Standing]) -> set[str]:
    """Enters new voters by their keys; those under which somebody stands there already. The key is the lock."""
    if not voters:
        return set()
    rows = [[key, voters[key].participant_id, voters[key].apart] for key in sorted(voters)]
    connection, same = session.connection(), {same_of("poll_id"): poll.id}
    return voters.keys() - connection.execute(_ENTER[connection.dialect.name], {"rows": rows, **same}).scalars().all()


def write_ballots(session: Session, poll: Poll, ballots: Iterable[Written]) -> None:
    """Writes named ballots, in the place of those that stand under the same keys."""
    rows = [
        {
            "poll_id": poll.id, "voter": one.standing.key, "participant_id": one.standing.participant_id,
            "choice": one.standing.ballot, "apart": one.standing.apart, "door": one.door,
            "first_at": one.standing.first_at, "at": one.at, "changes": one.changes,
        }
        for one in sorted(ballots, key=lambda one: one.standing.key)
    ]  # fmt: skip
    if rows:
        connection = session.connection()
        connection.execute(_KEEP[connection.dialect.name], rows)


def strike(session: Session, poll_id: int, key: str) -> None:
    """Takes somebody out of the register of a named poll, with their ballot; the entry first, as its lock is."""
    for table in (PollVoter, NamedBallot):
        session.execute(delete(table).where(table.poll_id == poll_id, table.voter == key))


def _keep(into: Any) -> Any:
    new = into(NamedBallot)
    again = {name: new.excluded[name] for name in ("choice", "door", "at")}
    moves = or_(NamedBallot.choice != new.excluded.choice, new.excluded.changes > 1)  # there and back is two changes
    return new.on_conflict_do_update(
        index_elements=[NamedBallot.poll_id, NamedBallot.voter],
        set_={**again, "changes": NamedBallot.changes + new.excluded.changes},
        where=moves,
    )


# Made once: every vote passes here, and to write a statement costs more than to run it.
_WHO = PollVoter.voter, PollVoter.participant_id, PollVoter.apart
_ENTERED = select(*_WHO).where(
    PollVoter.poll_id == bindparam("poll"), among(PollVoter.voter, bindparam("keys", type_=Words()))
)
_WITH_BALLOTS = _ENTERED.add_columns(func.coalesce(NamedBallot.choice, ""), NamedBallot.first_at).outerjoin(
    NamedBallot, and_(NamedBallot.poll_id == PollVoter.poll_id, NamedBallot.voter == PollVoter.voter)
)
_TO_CHANGE = _WITH_BALLOTS.order_by(PollVoter.voter).with_for_update(of=PollVoter)
_ENTER = {
    name: insert_rows(name, PollVoter, ("voter", "participant_id", "apart"), same=("poll_id",))
    .on_conflict_do_nothing()
    .returning(PollVoter.voter)
    for name in INSERTS
}
_KEEP = {name: _keep(into) for name, into in INSERTS.items()}
