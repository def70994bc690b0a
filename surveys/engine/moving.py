"""Moving through a form: back, to a question, to the review, to the end."""

from __future__ import annotations

from surveys.engine.events import (
    AnswerRefused,
    Event,
    Fault,
    QuestionOpened,
    ResponseCompleted,
    ReviewOpened,
)
from surveys.engine.form import Kind, Question
from surveys.engine.refs import whole_of, within
from surveys.engine.session import Stage
from surveys.engine.state import State
from surveys.engine.turn import Turn, author_message


def back(turn: Turn) -> None:
    """To the relevant question before the open one; from a question under revision, to the review if it is done."""
    session = turn.session
    if session.stage is Stage.ASKING and session.editing and not session.inside:
        first = next((question.ref for question, _ in faults_of(turn.state)), "")
        if first != session.at:
            return lead_to_review(turn)
    before = (one for one in reversed(_before(turn)) if turn.state.relevant(one.ref))
    found = next(before, None)
    return show_again(turn) if found is None else turn.open(found.ref, session.editing)


def _before(turn: Turn) -> tuple[Question, ...]:
    """What is asked before the open question; in an instance that is gone through, what of it is."""
    asked, session = turn.layout.asked, turn.session
    earlier = asked[: turn.layout.places.get(session.at, len(asked))]
    if not session.inside:
        return earlier
    of_it = tuple(one for one in earlier if within(one.ref, session.inside))
    whole = turn.question(whole_of(session.inside))
    return of_it if any(turn.state.relevant(one.ref) for one in of_it) or whole is None else (whole,)


def go_to(turn: Turn, ref: str) -> None:
    if turn.question(ref) is None:
        return turn.refuse(ref, Fault.NOT_OPEN)
    return turn.open(ref, editing=is_editing(turn))


def is_editing(turn: Turn) -> bool:
    """Whether everything was answered already, so that what comes now leads back to the review."""
    session = turn.session
    if session.stage is Stage.REVIEW or session.editing:
        return True
    passed = set(session.passed)
    return all(one.ref in passed for one in turn.state.relevant_questions())


def lead_to_review(turn: Turn) -> None:
    """To the review, or to the first question that still stands in its way."""
    faults = faults_of(turn.state)
    if faults:
        return turn.open(faults[0][0].ref, editing=True)
    turn.passing(*(question.ref for question in turn.state.relevant_questions()))
    return turn.review()


def submit(turn: Turn) -> None:
    """Sends the response; what stands in the way is named and opened."""
    if turn.session.stage is not Stage.REVIEW:
        return lead_to_review(turn)
    faults = faults_of(turn.state)
    if faults:
        question, fault = faults[0]
        turn.refuse(question.ref, fault)
        return turn.open(question.ref, editing=True)
    _close_metadata(turn)
    turn.state.values = turn.state.counting()
    turn.become(stage=Stage.COMPLETE, at="", draft=(), editing=False)
    turn.events.append(ResponseCompleted())
    return None


def show_again(turn: Turn) -> None:
    events: dict[Stage, Event] = {Stage.REVIEW: ReviewOpened(), Stage.ASKING: QuestionOpened(turn.session.at)}
    if turn.session.stage in events:
        turn.events.append(events[turn.session.stage])


def faults_of(state: State, unasked: bool = False) -> list[tuple[Question, Fault]]:
    """What stands in the way of sending, in form order.

    A required value that nobody is asked for is a fault of the form, not of the person's answers:
    it is told only where `unasked` wants it.
    """
    found: list[tuple[Question, Fault]] = []
    for question in state.layout.questions:
        if not state.relevant(question.ref) or question.kind in (Kind.NOTE, Kind.METADATA):
            continue
        value = state.value(question.ref)
        if not value and (state.required(question.ref) if unasked else state.demands(question)):
            found.append((question, Fault.REQUIRED))
        elif value and not state.holds(question.ref, value):
            found.append((question, Fault.CONSTRAINT))
    return found


def refusals(state: State) -> tuple[AnswerRefused, ...]:
    """The same as refusals with the authors' messages."""
    return tuple(
        AnswerRefused(question.ref, fault, author_message(state, question.ref, fault))
        for question, fault in faults_of(state)
    )


def _close_metadata(turn: Turn) -> None:
    for question in turn.layout.questions:
        if question.preload == "end":
            turn.state.keep(question.ref, turn.state.now)
