"""What became of what somebody said, for the person; and what is left of it when they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, delete, select, update
from sqlalchemy.orm import Session

from core.contributions.kinds import Kind
from core.contributions.tables import Contribution
from core.people.my_data import Contributor
from core.process.room.my_data import PUBLIC
from core.process.room.tables import Question
from core.process.tables import Process


def contributions_contributor() -> Contributor:
    """The part of a person's export about what became of their words; the words stand in the parts they came by."""
    return "contributions", export_contributions


def export_contributions(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    statement = (
        select(Contribution, Process.title)
        .join(Process, Process.id == Contribution.process_id)
        .where(Contribution.participant_id.in_(participant_ids))
        .order_by(Contribution.id)
    )
    return [
        {
            "process": title,
            "kind": one.kind,
            "said_at": one.said_at.isoformat() if one.said_at else None,
            "axis": one.axis,
            "goal": one.goal or None,
            "outcome": one.outcome,
            "words": one.words,
            "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        }
        for one, title in session.execute(statement)
    ]


def erase_contributions(session: Session, participant_ids: Sequence[int]) -> None:
    """A question that the room has seen stays without its author, and so does its record; all other records go."""
    mine = Contribution.participant_id.in_(participant_ids)
    seen = select(cast(Question.id, String)).where(Question.state.in_(PUBLIC), Question.merged_into.is_(None))
    stays = (Contribution.kind == Kind.QUESTION) & Contribution.source.in_(seen)
    session.execute(update(Contribution).where(mine, stays).values(participant_id=None))
    session.execute(delete(Contribution).where(mine))
