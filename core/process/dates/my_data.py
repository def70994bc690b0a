"""Answers about dates as part of somebody's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.process.dates.tables import DateAnswer, DateAsked, DateOption, DatePoll


def export_dates(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these participants were asked about and answered, JSON-able, oldest first."""
    asked = select(DateAsked.poll_id).where(DateAsked.participant_id.in_(participant_ids))
    dates = (
        select(DateOption.id, DatePoll.title, DateOption.starts_local)
        .join(DatePoll, DatePoll.id == DateOption.poll_id)
        .where(DatePoll.id.in_(asked))
        .order_by(DatePoll.id, DateOption.starts_local)
    )
    # Of people who were merged one may have been asked and the other have answered.
    given = select(DateAnswer).where(DateAnswer.participant_id.in_(participant_ids)).order_by(DateAnswer.id.desc())
    answers = {one.option_id: one for one in session.scalars(given)}
    return [_told(one, answers.get(one.id)) for one in session.execute(dates)]


def _told(date: Any, answer: DateAnswer | None) -> dict[str, Any]:
    return {
        "about": date.title,
        "date": date.starts_local,
        "answer": answer.answer if answer is not None else "",
        "door": answer.door if answer is not None else "",
        "at": answer.at.isoformat() if answer is not None else None,
    }


def erase_dates(session: Session, participant_ids: Sequence[int]) -> None:
    """Takes away what these participants answered, and that they were asked."""
    for table in (DateAnswer, DateAsked):
        session.execute(delete(table).where(table.participant_id.in_(participant_ids)))
