"""Keeps a secret poll's ballots free of any order (docs/decisions/0014-polls.md).

A ballot is fresh until it is mixed. The tenth fresh one is mixed with the others, in the same transaction: all are
written again under new random numbers, in the order of these, and count from then on but for five, by lot. Ballots that
arrive together are mixed together.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from core.database.inserting import INSERTS
from core.database.many import among, insert_rows, same_of
from core.ids import Ids, random_numbers
from surveys.polls.tables import SecretBallot

STEP = 5  # live results move by so many
KEPT_FRESH = 5  # so many do not count yet after a mix, so that what is added at the close is never one alone
PORTION = 10_000
# PostgreSQL's advisory locks by two numbers, of which the second is the poll's.
BALLOTS, MIXES = 0x706F6C6C, 0x6D697865


def first_told(least: int = 1) -> int:
    """How many votes have to arrive in secret, one by one, before the first of them count, at `least` so many."""
    return -(-max(least, 1) // STEP) * STEP + KEPT_FRESH


def hold(session: Session, poll_id: int, *, alone: bool = False) -> None:
    """Votes hold a poll together, closing holds it alone: no ballot is written after the last count.

    On SQLite whoever writes is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        kind = "" if alone else "_shared"
        session.execute(text(f"SELECT pg_advisory_xact_lock{kind}(:kind, :poll)"), {"kind": BALLOTS, "poll": poll_id})


def drop_in(session: Session, ids: Ids, poll_id: int, choices: Sequence[str], *, apart: bool) -> None:
    """Writes secret ballots of one pile, and mixes when there are enough fresh ones with them."""
    connection, pile = session.connection(), {"poll": poll_id, "pile": apart}
    fresh = connection.execute(_FRESH, pile).scalar_one() + len(choices)
    if fresh < STEP + KEPT_FRESH or not _mixes(session, poll_id):
        _write(session, ids, poll_id, [(choice, apart, True) for choice in choices])
        return
    taken = connection.execute(_TAKE, pile).scalars().all()
    mixed = [*taken, *choices]
    drawn = [choice for _, choice in sorted(zip(random_numbers(ids, len(mixed)), mixed, strict=True))]  # the lot
    counted = max(0, (len(drawn) - KEPT_FRESH) // STEP * STEP)
    _write(session, ids, poll_id, [(choice, apart, at >= counted) for at, choice in enumerate(drawn)])


def rewrite(session: Session, ids: Ids, poll_id: int) -> None:
    """Writes all ballots of a poll again, under new numbers and in their order; its holder is alone."""
    numbers = array("q", session.scalars(select(SecretBallot.id).where(SecretBallot.poll_id == poll_id)))
    order = sorted(numbers)  # random, whatever order they came in
    for at in range(0, len(order), PORTION):
        taken = delete(SecretBallot).where(
            SecretBallot.poll_id == poll_id, among(SecretBallot.id, order[at : at + PORTION])
        )
        found = session.execute(taken.returning(SecretBallot.choice, SecretBallot.apart)).all()
        _write(session, ids, poll_id, [(one.choice, one.apart, False) for one in found])


def _mixes(session: Session, poll_id: int) -> bool:
    """Whether nobody else is mixing this poll now; else the next vote mixes."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:kind, :poll)")
    return bool(session.scalar(lock, {"kind": MIXES, "poll": poll_id}))


def _write(session: Session, ids: Ids, poll_id: int, ballots: Sequence[tuple[str, bool, bool]]) -> None:
    """Writes ballots (the choice, whether it is counted apart, whether it is fresh) in the order of new numbers."""
    if ballots:
        connection, numbers = session.connection(), random_numbers(ids, len(ballots))
        rows = sorted([number, *ballot] for number, ballot in zip(numbers, ballots, strict=True))
        connection.execute(_WRITE[connection.dialect.name], {"rows": rows, same_of("poll_id"): poll_id})


# Made once: every vote passes here, and to write a statement costs more than to run it.
_PILE = (SecretBallot.poll_id == bindparam("poll"), SecretBallot.fresh, SecretBallot.apart == bindparam("pile"))
_WRITE = {
    name: insert_rows(name, SecretBallot, ("id", "choice", "apart", "fresh"), same=("poll_id",)) for name in INSERTS
}
_FRESH = select(func.count()).select_from(SecretBallot).where(*_PILE)
_TAKE = delete(SecretBallot).where(*_PILE).returning(SecretBallot.choice)
