"""What a door shows for a session: prompts for chat, pages for the web, the review."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from surveys.engine.codes import code_of, ref_of
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import NO_MEDIA, Form, Group, Kind, Media, Question, Shown
from surveys.engine.layout import Layout
from surveys.engine.machine import machine
from surveys.engine.moving import faults_of, refusals
from surveys.engine.prompts import (
    CompletePrompt,
    Instance,
    Option,
    Page,
    PausedPrompt,
    Progress,
    Prompt,
    QuestionPrompt,
    ReviewItem,
    ReviewPrompt,
    Styled,
)
from surveys.engine.refs import is_instance, position_of, within
from surveys.engine.session import Session, Stage
from surveys.engine.spoken import say_value
from surveys.engine.state import State
from surveys.engine.styling import say, say_choice, words
from surveys.engine.texts import pick
from surveys.engine.turn import page_of, state_of

_UNCOUNTED = frozenset({Kind.NOTE, Kind.REPEAT})
_SILENT = frozenset({Kind.NOTE, Kind.REPEAT, Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.FILE})
_TOLD = 2  # answers that name an instance


def prompts(form: Form, session: Session, now: datetime) -> tuple[Prompt, ...]:
    """What to show in a conversation: the open question, the review, the end, or the pause."""
    state = state_of(form, session, now)
    if session.paused:
        return (PausedPrompt(_progress(state, session.at)),)
    if session.stage is Stage.ASKING:
        question = state.layout.nodes[session.at]
        return (_question(state, session, question),) if isinstance(question, Question) else ()
    return (_closing(state, session),)


def page(form: Form, session: Session, ref: str | None, now: datetime) -> Page | ReviewPrompt | CompletePrompt:
    """What a web page shows: the page of `ref` if it is relevant, else that of the open question."""
    state = state_of(form, session, now)
    node = state.layout.nodes.get(ref or "")
    wanted = isinstance(node, Question) and node.asked and state.relevant(node.ref)
    if session.stage is Stage.COMPLETE or (session.stage is Stage.REVIEW and not wanted):
        return _closing(state, session)
    at = node.ref if wanted and node is not None else session.at
    shown = page_of(state, at)
    title = next((label for label in reversed(_part(state, at))), form.title)
    return Page(title, tuple(_question(state, session, one) for one in shown), _page_before(state, shown))


def _page_before(state: State, shown: tuple[Question, ...]) -> str:
    before = state.layout.asked[: state.layout.places[shown[0].ref]] if shown else ()
    last = next((question for question in reversed(before) if state.relevant(question.ref)), None)
    return page_of(state, last.ref)[0].ref if last else ""


def review_items(form: Form, session: Session, now: datetime) -> tuple[ReviewItem, ...]:
    """All relevant questions with their answers, written for people."""
    return _items(state_of(form, session, now), session)


def answers(form: Form, session: Session, now: datetime) -> dict[str, str]:
    """The values that count now, asked and computed, by reference."""
    return state_of(form, session, now).counting()


def violations(form: Form, session: Session, now: datetime) -> tuple[AnswerRefused, ...]:
    """What still stands in the way of sending, with the author's messages, in form order."""
    return refusals(state_of(form, session, now))


def find(form: Form, session: Session, code: str) -> Question | None:
    """The question of a code (`QuestionPrompt.code`), None where it is gone or was none."""
    made = machine(form)
    node = made.layout(session.counts).nodes.get(ref_of(made, session.repeats, code))
    return node if isinstance(node, Question) else None


def find_instance(form: Form, session: Session, code: str) -> str:
    """The reference of the instance of a code (`Instance.code`), "" where it is gone or was none."""
    ref = ref_of(machine(form), session.repeats, code)
    return ref if is_instance(ref) else ""


def code(form: Form, session: Session, ref: str) -> str:
    """The code of a question, "" where there is none."""
    return code_of(machine(form), session.repeats, ref) if ref else ""


def _closing(state: State, session: Session) -> ReviewPrompt | CompletePrompt:
    title, items = state.machine.form.title, _items(state, session)
    if session.stage is Stage.COMPLETE:
        return CompletePrompt(title, items)
    missing = tuple(question.ref for question, fault in faults_of(state) if fault is Fault.REQUIRED)
    return ReviewPrompt(title, items, missing)


def _items(state: State, session: Session) -> tuple[ReviewItem, ...]:
    return tuple(
        ReviewItem(
            question.ref,
            code_of(state.machine, session.repeats, question.ref),
            words(state, question.ref, question.label) or question.name,
            _answer(state, question),
            state.demands(question),
            " · ".join(_instances_around(state, question.ref)),
        )
        for question in state.relevant_questions()
        if question.kind is not Kind.NOTE
    )


def _answer(state: State, question: Question) -> str:
    if question.kind is Kind.REPEAT:
        return str(state.layout.counts[question.ref])
    return say_value(question, state.value(question.ref), _labels(state, question), state.language)


def _labels(state: State, question: Question) -> dict[str, str]:
    known = state.offered(question) if question.offered else state.machine.form.choices.get(question.choices, ())
    return {one.value: say_choice(state, question, one).text for one in known}


def _question(state: State, session: Session, question: Question) -> QuestionPrompt:
    ref = question.ref
    offered = ((one, say_choice(state, question, one)) for one in state.offered(question))
    label, hint, guidance = (say(state, ref, one) for one in (question.label, question.hint, question.guidance))
    return QuestionPrompt(
        ref=ref,
        code=code_of(state.machine, session.repeats, ref),
        kind=question.kind,
        label=label.text or question.name,
        hint=hint.text,
        guidance=guidance.text,
        required=state.demands(question),
        readonly=question.kind is Kind.NOTE or state.readonly(ref),
        options=tuple(
            Option(one.value, said.text or one.value, said.markdown, _media(state, one.media)) for one, said in offered
        ),
        value=state.value(ref),
        draft=_draft(state, session, question),
        progress=_progress(state, ref),
        part=_part(state, ref),
        appearance=question.appearance,
        parameters=question.parameters,
        can_go_back=_can_go_back(state, session, question),
        instances=_instances(state, session, ref) if question.kind is Kind.REPEAT else (),
        styled=Styled(label.markdown, hint.markdown, guidance.markdown),
        heading="".join(_matrix(state, ref)),
        media=_media(state, question.media),
    )


def _media(state: State, shown: Shown) -> Media:
    return (pick(shown, state.language, state.machine.form.default_language) if shown else None) or NO_MEDIA


def _draft(state: State, session: Session, question: Question) -> tuple[str, ...]:
    if question.ref == session.at:
        return session.draft
    return tuple(state.value(question.ref).split()) if question.choices or question.offered else ()


def _instances(state: State, session: Session, whole: str) -> tuple[Instance, ...]:
    refs = (f"{whole}[{position}]" for position in range(1, state.layout.counts[whole] + 1))
    return tuple(Instance(ref, code_of(state.machine, session.repeats, ref), _title(state, ref)) for ref in refs)


def _title(state: State, instance: str) -> str:
    """What tells an instance from the others: its first answers, else its label; with its position."""
    said = (
        say_value(one, state.value(one.ref), _labels(state, one), state.language)
        for one in state.relevant_questions()
        if within(one.ref, instance) and one.kind not in _SILENT
    )
    answers = ", ".join([one for one in said if one][:_TOLD])
    return f"{position_of(instance)}. {answers}" if answers else _named(state, instance)


def _named(state: State, instance: str) -> str:
    """The label of an instance with its position, where the label does not differ by itself."""
    group = state.layout.nodes[instance]
    return f"{words(state, instance, group.label)} {position_of(instance)}".strip()


def _instances_around(state: State, ref: str) -> list[str]:
    """The names of the instances around a question, outermost first."""
    found = []
    at = state.layout.parents.get(ref)
    while at is not None:
        if is_instance(at):
            found.append(_named(state, at))
        at = state.layout.parents.get(at)
    return found[::-1]


def _progress(state: State, ref: str) -> Progress:
    """The number among the relevant questions; notes are not counted, they share the number before."""
    counted = [question.ref for question in state.relevant_questions() if question.kind not in _UNCOUNTED]
    places = state.layout.places
    place = places.get(ref, len(places))
    number = sum(1 for one in counted if places[one] <= place)
    total = max(len(counted), 1)
    return Progress(min(max(number, 1), total), total, _percent(state.layout, place))


def _percent(layout: Layout, place: int) -> int:
    """The part of all questions, relevant or not, that comes before a place."""
    before = layout.counted_before
    return 100 * before[place] // max(before[-1], 1)


def _can_go_back(state: State, session: Session, question: Question) -> bool:
    """Whether there is something before, or a review to return to: not from what still stands in its way."""
    under_revision = session.editing and (bool(state.value(question.ref)) or not state.demands(question))
    return under_revision or bool(session.inside) or _has_before(state, question.ref)


def _has_before(state: State, ref: str) -> bool:
    place = state.layout.places[ref]
    return any(state.relevant(question.ref) for question in state.layout.asked[:place])


def _part(state: State, ref: str) -> tuple[str, ...]:
    """The labels of the groups around a question, outermost first."""
    found: list[str] = []
    at = state.layout.parents.get(ref)
    while at is not None:
        group = state.layout.nodes[at]
        label = _named(state, at) if is_instance(at) else words(state, at, group.label)
        if label and isinstance(group, Group):
            found.append(label)
        at = state.layout.parents.get(at)
    return (*reversed(found), *_matrix(state, ref))


def _matrix(state: State, ref: str) -> list[str]:
    """What stands above the rows of a matrix, told with each of them."""
    question, parent = state.layout.nodes[ref], state.layout.parents.get(ref, "")
    group = state.layout.nodes.get(parent)
    if not isinstance(question, Question) or not question.row or not isinstance(group, Group):
        return []
    above = takewhile(lambda one: one.name != question.name, group.children)
    fitting = ("", question.choices)
    heads = [one for one in above if isinstance(one, Question) and one.heads and one.choices in fitting]
    said = (words(state, f"{parent}/{one.name}", one.label) for one in heads)
    return [text for text in said if text][-1:]
