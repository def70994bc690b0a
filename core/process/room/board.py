"""Questions as they are shown: to the room without a name, to staff with who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, case, cast, func, select
from sqlalchemy.orm import Session

from core.people.merged import MERGED, person_of
from core.people.tables import Membership
from core.process.room.asking import SHOWN
from core.process.room.tables import Question, QuestionVote


@dataclass(frozen=True)
class Asked:
    """A question as the room sees it."""

    id: int
    text: str
    language: str
    votes: int
    answering: bool


@dataclass(frozen=True)
class Deskful:
    """A question as staff see it; `name` is "" where it is not known or not to be told."""

    id: int
    text: str
    language: str
    votes: int
    state: str
    answering: bool
    asked_at: datetime
    name: str
    nameless: bool
    merged: int  # how many others were merged into it


def shown_questions(session: Session, event_id: int) -> list[Asked]:
    """Those on the list: the one that is being answered first, then by votes, then by age."""
    votes = votes_by_question(session, event_id)
    statement = select(Question.id, Question.text, Question.language, Question.answering).where(
        Question.event_id == event_id, Question.state == SHOWN, Question.merged_into.is_(None)
    )
    found = [
        Asked(row.id, row.text, row.language, votes.get(row.id, 0), row.answering) for row in session.execute(statement)
    ]
    return sorted(found, key=lambda one: (not one.answering, -one.votes, one.id))


def desk(session: Session, event_id: int, office_id: int, *, names: bool) -> list[Deskful]:
    """All questions that were not merged away, as the room has them; `names` for who may see people."""
    votes = votes_by_question(session, event_id)
    person = person_of(Question.participant_id)
    member = and_(Membership.participant_id == person, Membership.office_id == office_id)
    merged = (
        select(Question.merged_into.label("id"), func.count().label("count"))
        .where(Question.event_id == event_id, Question.merged_into.is_not(None))
        .group_by(Question.merged_into)
        .subquery()
    )
    statement = (
        select(Question, Membership.name, merged.c.count)
        .outerjoin(MERGED, MERGED.c.id == Question.participant_id)
        .outerjoin(Membership, member)
        .outerjoin(merged, merged.c.id == Question.id)
        .where(Question.event_id == event_id, Question.merged_into.is_(None))
    )
    found = [
        Deskful(
            one.id, one.text, one.language, votes.get(one.id, 0), one.state, one.answering, one.asked_at,
            (name or "") if names and not one.nameless else "", one.nameless, count or 0,
        )
        for one, name, count in session.execute(statement)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.answering, -one.votes, one.id))


def votes_by_question(session: Session, event_id: int) -> dict[int, int]:
    """How many people and browsers voted for each question; who was merged counts once."""
    person = person_of(QuestionVote.participant_id)
    voter = case((QuestionVote.participant_id.is_(None), QuestionVote.voter), else_=cast(person, String))
    statement = (
        select(QuestionVote.question_id, func.count(voter.distinct()))
        .join(Question, Question.id == QuestionVote.question_id)
        .outerjoin(MERGED, MERGED.c.id == QuestionVote.participant_id)
        .where(Question.event_id == event_id)
        .group_by(QuestionVote.question_id)
    )
    return {int(question): int(count) for question, count in session.execute(statement)}
