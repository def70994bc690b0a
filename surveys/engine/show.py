"""What a door shows for a session: prompts for chat, pages for the web, the review."""

from __future__ import annotations

from datetime import datetime

from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Form, Group, Kind, Question
from surveys.engine.machine import Machine, machine
from surveys.engine.moving import faults_of, refusals
from surveys.engine.prompts import (
    CompletePrompt,
    Option,
    Page,
    PausedPrompt,
    Progress,
    Prompt,
    QuestionPrompt,
    ReviewItem,
    ReviewPrompt,
)
from surveys.engine.session import Session, Stage
from surveys.engine.spoken import say_value
from surveys.engine.state import State
from surveys.engine.turn import page_of, state_of


def prompts(form: Form, session: Session, now: datetime) -> tuple[Prompt, ...]:
    """What to show in a conversation: the open question, the review, the end, or the pause."""
    state = state_of(form, session, now)
    if session.paused:
        return (PausedPrompt(_progress(state, session.at)),)
    if session.stage is Stage.ASKING:
        question = state.machine.nodes[session.at]
        return (_question(state, session, question),) if isinstance(question, Question) else ()
    return (_closing(state, session),)


def page(form: Form, session: Session, ref: str | None, now: datetime) -> Page | ReviewPrompt | CompletePrompt:
    """What a web page shows: the page of `ref` if it is relevant, else that of the open question."""
    state = state_of(form, session, now)
    node = state.machine.nodes.get(ref or "")
    wanted = isinstance(node, Question) and node.asked and state.relevant(node.ref)
    if session.stage is Stage.COMPLETE or (session.stage is Stage.REVIEW and not wanted):
        return _closing(state, session)
    at = node.ref if wanted and node is not None else session.at
    shown = page_of(state, at)
    title = next((label for label in reversed(_part(state, at))), form.title)
    return Page(title, tuple(_question(state, session, one) for one in shown), _page_before(state, shown))


def _page_before(state: State, shown: tuple[Question, ...]) -> str:
    before = state.machine.asked[: state.machine.places[shown[0].ref]] if shown else ()
    last = next((question for question in reversed(before) if state.relevant(question.ref)), None)
    return page_of(state, last.ref)[0].ref if last else ""


def review_items(form: Form, session: Session, now: datetime) -> tuple[ReviewItem, ...]:
    """All relevant questions with their answers, written for people."""
    return _items(state_of(form, session, now))


def answers(form: Form, session: Session, now: datetime) -> dict[str, str]:
    """The values that count now, asked and computed, by reference."""
    state = state_of(form, session, now)
    return {ref: value for ref, value in state.values.items() if ref not in state.hidden}


def violations(form: Form, session: Session, now: datetime) -> tuple[AnswerRefused, ...]:
    """What still stands in the way of sending, with the author's messages, in form order."""
    return refusals(state_of(form, session, now))


def find(form: Form, number: int) -> Question | None:
    """The question of a number (`QuestionPrompt.number`)."""
    questions = machine(form).questions
    return questions[number - 1] if 1 <= number <= len(questions) else None


def _closing(state: State, session: Session) -> ReviewPrompt | CompletePrompt:
    title, items = state.machine.form.title, _items(state)
    if session.stage is Stage.COMPLETE:
        return CompletePrompt(title, items)
    missing = tuple(question.ref for question, fault in faults_of(state) if fault is Fault.REQUIRED)
    return ReviewPrompt(title, items, missing)


def _items(state: State) -> tuple[ReviewItem, ...]:
    return tuple(
        ReviewItem(
            question.ref,
            state.machine.numbers[question.ref],
            state.say(question.ref, question.label) or question.name,
            say_value(question, state.value(question.ref), _labels(state, question), state.language),
            state.demands(question),
        )
        for question in state.relevant_questions()
        if question.kind is not Kind.NOTE
    )


def _labels(state: State, question: Question) -> dict[str, str]:
    if not question.choices:
        return {}
    return {one.value: state.say(question.ref, one.label) for one in state.machine.form.choices[question.choices]}


def _question(state: State, session: Session, question: Question) -> QuestionPrompt:
    ref = question.ref
    offered = state.offered(question)
    return QuestionPrompt(
        ref=ref,
        number=state.machine.numbers[ref],
        kind=question.kind,
        label=state.say(ref, question.label) or question.name,
        hint=state.say(ref, question.hint),
        required=state.demands(question),
        readonly=question.kind is Kind.NOTE or state.readonly(ref),
        options=tuple(Option(one.value, state.say(ref, one.label) or one.value) for one in offered),
        value=state.value(ref),
        draft=session.draft if ref == session.at else tuple(state.value(ref).split()) if question.choices else (),
        progress=_progress(state, ref),
        part=_part(state, ref),
        appearance=question.appearance,
        parameters=question.parameters,
        can_go_back=session.editing or _has_before(state, ref),
    )


def _progress(state: State, ref: str) -> Progress:
    """The number among the relevant questions; notes are not counted, they share the number before."""
    counted = [question.ref for question in state.relevant_questions() if question.kind is not Kind.NOTE]
    place = state.machine.places.get(ref, len(state.machine.asked))
    number = sum(1 for one in counted if state.machine.places[one] <= place)
    total = max(len(counted), 1)
    return Progress(min(max(number, 1), total), total, _percent(state.machine, place))


def _percent(made: Machine, place: int) -> int:
    """The part of all the form's questions, asked or not, that comes before a place."""
    before = made.counted_before
    return 100 * before[place] // max(before[-1], 1)


def _has_before(state: State, ref: str) -> bool:
    place = state.machine.places[ref]
    return any(state.relevant(question.ref) for question in state.machine.asked[:place])


def _part(state: State, ref: str) -> tuple[str, ...]:
    """The labels of the groups around a question, outermost first."""
    found: list[str] = []
    at = state.machine.parents.get(ref)
    while at is not None:
        group = state.machine.nodes[at]
        label = state.say(at, group.label) if isinstance(group, Group) else ""
        if label:
            found.append(label)
        at = state.machine.parents.get(at)
    return tuple(reversed(found))
