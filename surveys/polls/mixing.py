"""Keeps a secret poll's ballots free of any order (docs/decisions/0014-polls.md).

A ballot is fresh until it is mixed. The tenth fresh one is mixed with the others, in the same transaction: all are
written again under new random numbers, in the order of these, and count from then on but for five, by lot. Ballots that
arrive together are mixed together.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from core.database.many import among
from core.ids import Ids, random_number
from surveys.polls.tables import SecretBallot

STEP = 5  # live results move by so many
KEPT_FRESH = 5  # so many do not count yet after a mix, so that what is added at the close is never one alone
PORTION = 10_000
# PostgreSQL's advisory locks by two numbers, of which the second is the poll's.
BALLOTS, MIXES = 0x706F6C6C, 0x6D697865


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
        _write(session, [_anew(ids, poll_id, choice, apart=apart, fresh=True) for choice in choices])
        return
    taken = connection.execute(_TAKE, pile).scalars().all()
    drawn = sorted((random_number(ids), choice) for choice in (*taken, *choices))  # the lot
    counted = max(0, (len(drawn) - KEPT_FRESH) // STEP * STEP)
    _write(
        session,
        [_anew(ids, poll_id, choice, apart=apart, fresh=at >= counted) for at, (_, choice) in enumerate(drawn)],
    )


def rewrite(session: Session, ids: Ids, poll_id: int) -> None:
    """Writes all ballots of a poll again, under new numbers and in their order; its holder is alone."""
    numbers = array("q", session.scalars(select(SecretBallot.id).where(SecretBallot.poll_id == poll_id)))
    order = sorted(numbers)  # random, whatever order they came in
    for at in range(0, len(order), PORTION):
        taken = delete(SecretBallot).where(
            SecretBallot.poll_id == poll_id, among(SecretBallot.id, order[at : at + PORTION])
        )
        found = session.execute(taken.returning(SecretBallot.choice, SecretBallot.apart)).all()
        _write(session, [_anew(ids, poll_id, one.choice, apart=one.apart) for one in found])


def _mixes(session: Session, poll_id: int) -> bool:
    """Whether nobody else is mixing this poll now; else the next vote mixes."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:kind, :poll)")
    return bool(session.scalar(lock, {"kind": MIXES, "poll": poll_id}))


def _anew(ids: Ids, poll_id: int, choice: str, *, apart: bool, fresh: bool = False) -> dict[str, Any]:
    return {"poll_id": poll_id, "id": random_number(ids), "choice": choice, "apart": apart, "fresh": fresh}


def _write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(_WRITE, sorted(rows, key=lambda row: row["id"]))


# Made once: every vote passes here, and to write a statement costs more than to run it.
_PILE = (SecretBallot.poll_id == bindparam("poll"), SecretBallot.fresh, SecretBallot.apart == bindparam("pile"))
_WRITE = insert(SecretBallot)
_FRESH = select(func.count()).select_from(SecretBallot).where(*_PILE)
_TAKE = delete(SecretBallot).where(*_PILE).returning(SecretBallot.choice)
