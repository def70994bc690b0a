"""The SQL of results: answers grouped by the database, rows streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.engine.form import Form
from surveys.responses.errors import FormUnknown
from surveys.responses.rounds import OpenRound
from surveys.responses.shelf import FormShelf
from surveys.responses.standing import standing
from surveys.responses.store import COMPLETE, newest_form
from surveys.responses.tables import Answer
from surveys.results.counts import Given, QuestionResult, count

CHUNK = 500


def results(session: Session, shelf: FormShelf, round_: OpenRound, language: str) -> tuple[QuestionResult, ...]:
    """The result of each question of a round, from its complete responses. Raises FormUnknown."""
    return count(results_form(session, shelf, round_), given_answers(session, round_.id), language)


def results_form(session: Session, shelf: FormShelf, round_: OpenRound) -> Form:
    """The version that results are shown by: the newest. Raises FormUnknown."""
    form_version_id = newest_form(session, round_.questionnaire_id)
    if form_version_id is None:
        raise FormUnknown
    return shelf.get(session, form_version_id)


def given_answers(session: Session, round_id: int, *, partial: bool = False) -> Iterator[Given]:
    """Each different value of each question with how many gave it; with `partial`, also from responses in progress."""
    responses = standing(round_id)
    statement = (
        select(Answer.ref, Answer.value, func.count().label("times"))
        .join(responses, responses.c.id == Answer.response_id)
        .group_by(Answer.ref, Answer.value)
        .order_by(Answer.ref, Answer.value)
    )
    if not partial:
        statement = statement.where(responses.c.state == COMPLETE)
    for row in stream(session, statement):
        yield Given(row.ref, row.value, row.times)


def stream(session: Session, statement: Any) -> Iterator[Any]:
    """Rows as the database hands them out, some hundred at a time."""
    yield from session.execute(statement.execution_options(yield_per=CHUNK))
