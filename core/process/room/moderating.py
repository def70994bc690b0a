"""What staff do with questions: show, hide, answer, pin and merge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.process.room.asking import ANSWERED, HIDDEN, SHOWN
from core.process.room.board import votes_by_question
from core.process.room.errors import QuestionGone
from core.process.room.rooms import touch
from core.process.room.tables import Question, QuestionVote

SHOW, HIDE, PIN, UNPIN, ANSWER = "show", "hide", "pin", "unpin", "answer"


@dataclass(frozen=True)
class Becomes:
    """The state after an act, and whether the question is being answered then."""

    state: str
    answering: bool = False


ACTS = {
    SHOW: Becomes(SHOWN),
    HIDE: Becomes(HIDDEN),
    PIN: Becomes(SHOWN, answering=True),
    UNPIN: Becomes(SHOWN),
    ANSWER: Becomes(ANSWERED),
}


def moderate(session: Session, event_id: int, question_id: int, act: str) -> None:
    """Does one of ACTS; one question at most is being answered. Raises QuestionGone."""
    become = ACTS[act]
    _find(session, event_id, question_id)
    if become.answering:
        session.execute(update(Question).where(Question.event_id == event_id).values(answering=False))
    values = {"state": become.state, "answering": become.answering}
    session.execute(update(Question).where(Question.id == question_id).values(values))
    touch(session, event_id)


def merge(session: Session, event_id: int, question_ids: Sequence[int]) -> int:
    """Makes one of several like questions: one that is shown before others, then the one with the most votes; its id.

    Nobody's vote is lost, and nobody's counts twice. Raises QuestionGone.
    """
    found = [_find(session, event_id, one) for one in sorted(set(question_ids))]
    if len(found) < 2:
        raise QuestionGone
    votes = votes_by_question(session, event_id)
    kept = min(found, key=lambda one: (one.state != SHOWN, -votes.get(one.id, 0), one.id))
    others = [one.id for one in found if one is not kept]
    voters = select(QuestionVote.voter).where(QuestionVote.question_id == kept.id)
    theirs = select(QuestionVote.voter, QuestionVote.participant_id).where(QuestionVote.question_id.in_(others))
    new = {row.voter: row.participant_id for row in session.execute(theirs.where(QuestionVote.voter.not_in(voters)))}
    for voter, person in sorted(new.items()):
        row = {"question_id": kept.id, "voter": voter, "participant_id": person}
        session.execute(insert(QuestionVote).values(row))
    session.execute(delete(QuestionVote).where(QuestionVote.question_id.in_(others)))
    gone = update(Question).where(Question.id.in_(others) | Question.merged_into.in_(others))
    session.execute(gone.values(merged_into=kept.id, answering=False))
    shown = any(one.state == SHOWN for one in found)
    answering = any(one.answering for one in found)
    state = SHOWN if shown else kept.state
    session.execute(update(Question).where(Question.id == kept.id).values(state=state, answering=answering))
    touch(session, event_id)
    return kept.id


def _find(session: Session, event_id: int, question_id: int) -> Question:
    found = session.get(Question, question_id, populate_existing=True)
    if found is None or found.event_id != event_id or found.merged_into is not None:
        raise QuestionGone
    return found
