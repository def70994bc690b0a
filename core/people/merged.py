"""Who was merged into whom: a person is the one who remains, with all that were merged into them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from core.database.many import Numbers, among
from core.people.tables import Participant


def _merged() -> Any:
    remaining, gone = Participant.__table__.alias("remaining"), Participant.__table__.alias("gone")
    first = (
        select(gone.c.id, gone.c.merged_into.label("root"))
        .join(remaining, remaining.c.id == gone.c.merged_into)
        .where(gone.c.merged_into.is_not(None), remaining.c.merged_into.is_(None))
        .cte("merged", recursive=True, nesting=True)  # an INSERT that begins with WITH counts no rows
    )
    return first.union_all(select(gone.c.id, first.c.root).join(first, gone.c.merged_into == first.c.id))


MERGED = _merged()
"""A row (id, root) for every participant who was merged away: by staff, and by confirming a request to join."""


def person_of(column: Any) -> Any:
    """The remaining participant for a column of participant ids, in a statement that outer-joins MERGED on it."""
    return func.coalesce(MERGED.c.root, column)


def roots_of(session: Session, participant_ids: Iterable[int]) -> dict[int, int]:
    """These participants, who remain, and all that were merged into them: each with the one who remains."""
    roots = fresh = {one: one for one in participant_ids}
    while fresh:
        gone = select(Participant.id, Participant.merged_into).where(Participant.merged_into.in_(list(fresh)))
        fresh = {row.id: roots[row.merged_into] for row in session.execute(gone)}
        roots = roots | fresh
    return roots


def all_of(session: Session, participant_id: int) -> Sequence[int]:
    """Somebody who remains, with all that were merged into them."""
    return list(roots_of(session, [participant_id]))


def everybody_behind(session: Session, participant_id: int) -> Sequence[Any]:
    """The rows (id, merged_into, language, erased_at) that are one person with a participant, over all merges, by id.

    The one who remains has no `merged_into`; no rows for nobody.
    """
    return all_behind(session, [participant_id]).get(participant_id, ())


def all_behind(session: Session, participant_ids: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """`everybody_behind` for many at once, by whom was asked for; nobody has no place in it."""
    found: dict[int, list[Any]] = {}
    if not participant_ids:
        return found
    rows = session.connection().execute(_NEXT_TO, {"participant_ids": participant_ids}).all()
    if all(row.merged_into is None for row in rows):  # as nearly everybody: nobody is merged with anybody
        return {row.id: [row] for row in rows}
    for row in session.connection().execute(_EVERYBODY, {"participant_ids": participant_ids}):
        found.setdefault(row.whom, []).append(row)
    return found


def _everybody() -> Any:
    up = (
        select(Participant.id.label("whom"), Participant.id, Participant.merged_into)
        .where(among(Participant.id, bindparam("participant_ids", type_=Numbers())))
        .cte("up", recursive=True)
    )
    up = up.union(
        select(up.c.whom, Participant.id, Participant.merged_into).join(up, Participant.id == up.c.merged_into)
    )
    all_of = select(up.c.whom, up.c.id).where(up.c.merged_into.is_(None)).cte("all_of", recursive=True)
    all_of = all_of.union(select(all_of.c.whom, Participant.id).join(all_of, Participant.merged_into == all_of.c.id))
    return (
        select(all_of.c.whom, Participant.id, Participant.merged_into, Participant.language, Participant.erased_at)
        .join(all_of, all_of.c.id == Participant.id)
        .order_by(Participant.id)
    )


def _next_to() -> Any:
    """People, and those who were merged right into them."""
    ids = bindparam("participant_ids", type_=Numbers())
    named = select(Participant.id, Participant.merged_into, Participant.language, Participant.erased_at)
    return named.where(among(Participant.id, ids)).union(named.where(among(Participant.merged_into, ids)))


# Made once: every answer and every vote passes here.
_EVERYBODY = _everybody()
_NEXT_TO = _next_to()
