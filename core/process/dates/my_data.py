"""Answers about dates as part of somebody's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.process.dates.tables import DateAnswer, DateAsked, DateOption, DatePoll


def export_dates(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these participants were asked about and answered, JSON-able, oldest first."""
    asked = (
        select(DatePoll.title, DateOption.starts_local, DateAnswer.answer, DateAnswer.door, DateAnswer.at)
        .join(DateAsked, DateAsked.poll_id == DatePoll.id)
        .join(DateOption, DateOption.poll_id == DatePoll.id)
        .outerjoin(
            DateAnswer,
            (DateAnswer.option_id == DateOption.id) & (DateAnswer.participant_id == DateAsked.participant_id),
        )
        .where(DateAsked.participant_id.in_(participant_ids))
        .order_by(DatePoll.id, DateOption.starts_local)
    )
    return [
        {
            "about": one.title,
            "date": one.starts_local,
            "answer": one.answer or "",
            "door": one.door or "",
            "at": one.at.isoformat() if one.at else None,
        }
        for one in session.execute(asked)
    ]


def erase_dates(session: Session, participant_ids: Sequence[int]) -> None:
    """Takes away what these participants answered, and that they were asked."""
    for table in (DateAnswer, DateAsked):
        session.execute(delete(table).where(table.participant_id.in_(participant_ids)))
