"""Playing a form: `start` opens a session, `resume` answers one input with events.

Pure: no database, no door, no clock. The same form, session, input and moment always give
the same session and events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from surveys.engine.answering import answer, confirm, draft_rank, draft_tick, fill, skip, undo, words
from surveys.engine.events import (
    AnswerRefused,
    DialoguePaused,
    DialogueResumed,
    Event,
    Fault,
    LanguageChanged,
    QuestionOpened,
    ResponseReopened,
)
from surveys.engine.form import Form
from surveys.engine.inputs import (
    Add,
    Answer,
    Back,
    ChangeLanguage,
    Confirm,
    Fill,
    GoThrough,
    GoTo,
    Input,
    Pause,
    RankNext,
    Remove,
    Reopen,
    Resume,
    Review,
    Skip,
    Submit,
    Tick,
    Undo,
    Words,
)
from surveys.engine.machine import machine
from surveys.engine.moving import back, go_to, lead_to_review, show_again, submit
from surveys.engine.repeating import add, go_through, remove
from surveys.engine.session import Session, Stage
from surveys.engine.state import State
from surveys.engine.turn import Turn, keep_state, state_of


@dataclass(frozen=True)
class Known:
    """What is known before anything is asked.

    `preload` gives values by question name (attributes of the person, and metadata such as
    "username"); they stand before defaults. `earlier` is what the same subject sent before, by
    reference: expressions read it as `instance('__last-saved')`.
    """

    preload: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)


NOTHING = Known()


def start(form: Form, language: str, now: datetime, known: Known = NOTHING) -> tuple[Session, tuple[Event, ...]]:
    """Opens a session at the first question."""
    made = machine(form)
    language = known_language(form, language)
    state = State(made, language, now)
    state.seed = str(int(now.timestamp() * 1000))
    state.earlier = dict(known.earlier) if made.remembers else {}
    state.begin(state.layout.questions, known.preload)
    state.update(made.order)
    opened = Session(language=language, revision=-1, seed=state.seed, earlier=dict(state.earlier))
    turn = Turn(made, opened, state)
    first = next((one for one in state.layout.asked if state.relevant(one.ref)), None)
    if first is None:
        turn.review()
    else:
        turn.open(first.ref)
    return turn.close()


def resume(form: Form, session: Session, given: Input, now: datetime) -> tuple[Session, tuple[Event, ...]]:
    """Takes up a session with one input.

    An input that cannot be accepted leaves the session as it was and gives AnswerRefused.
    """
    turn = Turn(machine(form), session, state_of(form, session, now))
    session.__dict__.pop("_state", None)
    if session.paused and not isinstance(given, Pause):
        turn.become(paused=False)
        turn.events.append(DialogueResumed())
    if turn.machine.moving:
        turn.tell()
    _settle(turn)
    _act(turn, given)
    _settle(turn)
    if turn.session == session and not turn.moved(session):
        keep_state(session, turn.state)
        return session, tuple(turn.events)
    return turn.close()


def _settle(turn: Turn) -> None:
    """Leaves a question that is no longer relevant because the day or the language changed."""
    if turn.session.stage is Stage.ASKING and turn.question(turn.session.at) is None:
        turn.advance(turn.session.at)


def _act(turn: Turn, given: Input) -> None:
    if turn.session.stage is Stage.COMPLETE and not isinstance(given, Reopen | ChangeLanguage | Resume | Pause):
        turn.events.append(AnswerRefused(getattr(given, "ref", ""), Fault.NOT_OPEN))
        return
    match given:
        case Answer(ref, value):
            answer(turn, ref, value)
        case Fill(values):
            fill(turn, values)
        case Words(text):
            words(turn, text)
        case Tick(ref, choice):
            draft_tick(turn, ref, choice)
        case RankNext(ref, choice):
            draft_rank(turn, ref, choice)
        case Undo(ref):
            undo(turn, ref)
        case Confirm(ref):
            confirm(turn, ref)
        case Skip(ref):
            skip(turn, ref)
        case Add() | Remove() | GoThrough():
            _repeat(turn, given)
        case _:
            _move(turn, given)


def _repeat(turn: Turn, given: Add | Remove | GoThrough) -> None:
    match given:
        case Add(ref):
            add(turn, ref)
        case Remove(ref):
            remove(turn, ref)
        case GoThrough(ref):
            go_through(turn, ref)


def _move(turn: Turn, given: Input) -> None:
    match given:
        case Back():
            back(turn)
        case GoTo(ref):
            go_to(turn, ref)
        case Review():
            lead_to_review(turn)
        case Submit():
            submit(turn)
        case Reopen():
            _reopen(turn)
        case ChangeLanguage(language):
            _change_language(turn, language)
        case Pause():
            turn.become(paused=True)
            turn.events.append(DialoguePaused())
        case Resume():
            show_again(turn)


def _reopen(turn: Turn) -> None:
    if turn.session.stage is not Stage.COMPLETE:
        turn.events.append(AnswerRefused("", Fault.NOT_OPEN))
        return
    turn.events.append(ResponseReopened())
    turn.review()


def _change_language(turn: Turn, language: str) -> None:
    language = known_language(turn.machine.form, language)
    turn.become(language=language)
    turn.state.language = language
    for ref in turn.machine.speaking:
        turn.state.update((ref, *turn.machine.dependents(ref).refs))
    turn.events.append(LanguageChanged(language))
    turn.tell()
    if turn.session.stage is Stage.ASKING:
        turn.events.append(QuestionOpened(turn.session.at))


def known_language(form: Form, language: str) -> str:
    """The form's language that is meant: `it-IT` is `it`; else the default one."""
    code = language.split("-")[0].split("_")[0].lower()
    for one in (language, code):
        if one in form.languages:
            return one
    return form.default_language
