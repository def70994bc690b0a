"""What a person answered, for the person; and its erasing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.people.my_data import Contributor
from surveys.responses.rounds import SubjectKind
from surveys.responses.tables import Answer, Response, Round

OWN = SubjectKind.PARTICIPANT.value


def answers_contributor() -> Contributor:
    """The part of a person's export that surveys adds."""
    return "answers", export_answers


def export_answers(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Every response these participants gave, with its answers, JSON-able, oldest first."""
    responses = session.execute(
        select(Response.id, Round.slug, Round.title, Response.state, Response.started_at, Response.completed_at)
        .join(Round, Round.id == Response.round_id)
        .where(Response.participant_id.in_(participant_ids))
        .order_by(Response.started_at, Response.id)
    ).all()
    return [
        {
            "round": row.slug,
            "title": row.title,
            "state": row.state,
            "started_at": row.started_at.isoformat(),
            "completed_at": row.completed_at.isoformat() if row.completed_at else None,
            "answers": _answers(session, row.id),
        }
        for row in responses
    ]


@dataclass(frozen=True)
class KeptResponse:
    """A response by its id and when it was begun and sent."""

    id: int
    started_at: datetime
    completed_at: datetime | None


def kept_responses(session: Session, participant_ids: Sequence[int]) -> list[KeptResponse]:
    """The responses these participants gave, oldest first."""
    rows = session.execute(
        select(Response.id, Response.started_at, Response.completed_at)
        .where(Response.participant_id.in_(participant_ids))
        .order_by(Response.started_at, Response.id)
    )
    return [KeptResponse(row.id, row.started_at, row.completed_at) for row in rows]


def erase_answers(session: Session, participant_ids: Sequence[int]) -> None:
    """Removes what these participants answered for themselves.

    What they answered for an organisation or a municipality is its answer and stays, without
    the name of who gave it.
    """
    theirs = Response.participant_id.in_(participant_ids)
    own = select(Response.id).where(theirs, Response.subject_kind == OWN)
    session.execute(delete(Answer).where(Answer.response_id.in_(own)))
    session.execute(delete(Response).where(theirs, Response.subject_kind == OWN))
    session.execute(update(Response).where(theirs).values(participant_id=None))


def _answers(session: Session, response_id: int) -> list[dict[str, str]]:
    found = session.execute(
        select(Answer.ref, Answer.value, Answer.door, Answer.answered_at)
        .where(Answer.response_id == response_id)
        .order_by(Answer.id)
    )
    return [
        {"question": row.ref, "value": row.value, "door": row.door, "answered_at": row.answered_at.isoformat()}
        for row in found
    ]
