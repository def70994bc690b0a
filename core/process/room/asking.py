"""Questions from the audience: asked and voted for, whichever door they come through."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.people.merged import all_of
from core.process.room.errors import (
    LONGEST,
    QuestionEmpty,
    QuestionGone,
    QuestionTooLong,
    RoomClosed,
    RoomFull,
    TooManyQuestions,
)
from core.process.room.rooms import RoomFacts, touch
from core.process.room.tables import Question, QuestionVote

WAITING, SHOWN, ANSWERED, HIDDEN = "waiting", "shown", "answered", "hidden"
STATES = (WAITING, SHOWN, ANSWERED, HIDDEN)
MOST, WITHIN = 5, timedelta(minutes=10)
MOST_OPEN = 500  # waiting or shown: nobody can read more; it stops who asks from ever new browsers
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # controls and marks that turn the direction of what follows
JOINER = "\u200d"  # holds an emoji together


@dataclass(frozen=True)
class Voice:
    """Who asks or votes: a participant who remains, or a browser by the digest of its token."""

    participant_id: int | None = None
    browser: str = ""

    @property
    def key(self) -> str:
        return f"p:{self.participant_id}" if self.participant_id is not None else f"b:{self.browser}"


def ask(session: Session, room: RoomFacts, voice: Voice, said: tuple[str, str], now: datetime) -> int:
    """Keeps a question, `said` being its text and language; its id. Its own vote is the first one.

    Raises RoomClosed, QuestionEmpty, QuestionTooLong, TooManyQuestions, RoomFull.
    """
    if not room.takes_questions(now):
        raise RoomClosed
    text, language = tidy(said[0]), said[1]
    if not text:
        raise QuestionEmpty
    if len(text) > LONGEST:
        raise QuestionTooLong(length=len(text), most=LONGEST)
    _check_pace(session, room.event.id, voice, now)
    row = {
        "event_id": room.event.id, "text": text, "language": language, "state": WAITING if room.moderated else SHOWN,
        "answering": False, "participant_id": voice.participant_id, "browser": voice.browser, "asked_at": now,
    }  # fmt: skip
    question_id = int(session.execute(insert(Question).values(row).returning(Question.id)).scalar_one())
    _add_vote(session, question_id, voice)
    touch(session, room.event.id)
    return question_id


def vote(session: Session, room: RoomFacts, voice: Voice, question_id: int, now: datetime) -> bool:
    """Counts a vote for a question that is shown; False for one that was counted already.

    Raises RoomClosed, QuestionGone.
    """
    if not room.takes_questions(now):
        raise RoomClosed
    found = session.get(Question, question_id)
    if found is None or found.event_id != room.event.id:
        raise QuestionGone
    if found.merged_into is not None:  # somebody's page is older than the merging
        found = session.get_one(Question, found.merged_into)
    if found.state != SHOWN:
        raise QuestionGone
    if not _add_vote(session, found.id, voice):
        return False
    touch(session, room.event.id)
    return True


def hide_name(session: Session, question_id: int, participant_id: int) -> bool:
    """On the wish of who asked it: staff do not read the name any more. Whether it is theirs."""
    mine = Question.id == question_id, Question.participant_id.in_(all_of(session, participant_id))
    found = session.execute(select(Question.id, Question.event_id).where(*mine)).one_or_none()
    if found is not None:
        session.execute(update(Question).where(Question.id == found.id).values(nameless=True))
        touch(session, found.event_id)  # a desk that is open shows it no longer
    return found is not None


def voted_for(session: Session, event_id: int, voice: Voice) -> set[int]:
    """The questions that somebody has voted for."""
    statement = select(QuestionVote.question_id).join(Question, Question.id == QuestionVote.question_id)
    mine = QuestionVote.voter == voice.key
    if voice.participant_id is not None:
        mine = QuestionVote.participant_id.in_(all_of(session, voice.participant_id))
    return set(session.scalars(statement.where(Question.event_id == event_id, mine)))


def tidy(text: str) -> str:
    """One line of what people can see."""
    seen = (" " if one.isspace() else one for one in text if one.isspace() or _can_be_seen(one))
    return " ".join("".join(seen).split())


def _can_be_seen(one: str) -> bool:
    return one == JOINER or unicodedata.category(one) not in UNSEEN


def _add_vote(session: Session, question_id: int, voice: Voice) -> bool:
    if voice.participant_id is not None:  # who was merged with somebody has one voice
        theirs = QuestionVote.participant_id.in_(all_of(session, voice.participant_id))
        if session.scalar(select(QuestionVote.id).where(QuestionVote.question_id == question_id, theirs).limit(1)):
            return False
    row = {"question_id": question_id, "voter": voice.key, "participant_id": voice.participant_id}
    added = insert_into(session, QuestionVote).values(row).on_conflict_do_nothing().returning(QuestionVote.id)
    return session.execute(added).first() is not None


def _check_pace(session: Session, event_id: int, voice: Voice, now: datetime) -> None:
    recent: Any = select(func.count(), func.min(Question.asked_at)).where(
        Question.event_id == event_id, Question.asked_at > now - WITHIN, _asked_by(session, voice)
    )
    count, first = session.execute(recent).one()
    if count >= MOST:
        minutes = ceil((first + WITHIN - now) / timedelta(minutes=1))
        raise TooManyQuestions(most=MOST, minutes=max(minutes, 1))
    open_ones = Question.state.in_((WAITING, SHOWN)), Question.merged_into.is_(None)
    count = session.scalar(select(func.count()).where(Question.event_id == event_id, *open_ones)) or 0
    if count >= MOST_OPEN:
        raise RoomFull


def _asked_by(session: Session, voice: Voice) -> ColumnElement[bool]:
    if voice.participant_id is not None:
        return Question.participant_id.in_(all_of(session, voice.participant_id))
    return Question.browser == voice.browser
