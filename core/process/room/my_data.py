"""What a room knows of a person: told to them, and taken away when they say so.

A question that the room has seen (it is on the list or was answered) stays as its text, without an author: what was
said in public is part of the event. One that nobody but staff has read goes, with those who voted for it.
A vote stays as a number, as every count of what was public.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from core.process.room.asking import ANSWERED, SHOWN, WAITING
from core.process.room.rooms import touch
from core.process.room.tables import Question, QuestionVote, TableSeat, TableTheme, TableWish, ThematicTable
from core.process.tables import Event

PUBLIC = (SHOWN, ANSWERED)


def export_room(session: Session, participant_ids: Sequence[int]) -> dict[str, Any]:
    """Questions, votes, wishes and tables of these participants, JSON-able."""
    asked = (
        select(Event.title, Question)
        .join(Event, Event.id == Question.event_id)
        .where(Question.participant_id.in_(participant_ids))
        .order_by(Question.id)
    )
    voted = (
        select(Event.title, Question.text)
        .join(QuestionVote, QuestionVote.question_id == Question.id)
        .join(Event, Event.id == Question.event_id)
        .where(QuestionVote.participant_id.in_(participant_ids))
        .order_by(QuestionVote.id)
    )
    return {
        "questions": [
            {"event": title, "text": one.text, "state": one.state, "asked_at": one.asked_at.isoformat()}
            for title, one in session.execute(asked)
        ],
        "votes": [{"event": title, "question": text} for title, text in session.execute(voted)],
        "table_wishes": _wishes(session, participant_ids),
        "tables": _seats(session, participant_ids),
    }


def erase_room(session: Session, participant_ids: Sequence[int]) -> None:
    mine = Question.participant_id.in_(participant_ids)
    events = set(session.scalars(select(Question.event_id).where(mine)))
    unseen = list(
        session.scalars(select(Question.id).where(mine, or_(Question.state.not_in(PUBLIC), Question.merged_into > 0)))
    )
    # What was merged into one that goes is for staff to look at again.
    orphans = update(Question).where(Question.merged_into.in_(unseen))
    session.execute(orphans.values(merged_into=None, state=WAITING))
    session.execute(delete(QuestionVote).where(QuestionVote.question_id.in_(unseen)))
    session.execute(delete(Question).where(Question.id.in_(unseen)))
    session.execute(update(Question).where(mine).values(participant_id=None, nameless=True))
    votes = update(QuestionVote).where(QuestionVote.participant_id.in_(participant_ids))
    session.execute(votes.values(participant_id=None, voter="gone:" + cast(QuestionVote.id, String)))
    for table in (TableWish, TableSeat):
        session.execute(delete(table).where(table.participant_id.in_(participant_ids)))
    for event_id in events:
        touch(session, event_id)


def _wishes(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    themes = {row.id: row.title for row in session.execute(select(TableTheme.id, TableTheme.title))}
    statement = (
        select(Event.title, TableWish)
        .join(Event, Event.id == TableWish.event_id)
        .where(TableWish.participant_id.in_(participant_ids))
        .order_by(TableWish.event_id)
    )
    return [
        {
            "event": title,
            "first": themes[one.first_id],
            "second": themes.get(one.second_id or 0),
            "at": one.at.isoformat(),
        }
        for title, one in session.execute(statement)
    ]


def _seats(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    statement = (
        select(Event.title, ThematicTable.number, TableTheme.title)
        .join(TableSeat, TableSeat.event_id == Event.id)
        .join(ThematicTable, ThematicTable.id == TableSeat.table_id)
        .join(TableTheme, TableTheme.id == ThematicTable.theme_id)
        .where(TableSeat.participant_id.in_(participant_ids))
        .order_by(TableSeat.event_id)
    )
    return [{"event": event, "table": number, "theme": theme} for event, number, theme in session.execute(statement)]
