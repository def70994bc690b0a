"""Whatever a person does, no accepted answer is lost and the session survives JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.engine.dialogue import resume, start
from surveys.engine.events import (
    AnswerAccepted,
    AnswerCleared,
    AnswerRefused,
    Event,
    InstanceRemoved,
    ResponseCompleted,
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
from surveys.engine.refs import without
from surveys.engine.session import Session, Stage
from surveys.engine.show import answers, page, prompts, violations
from tests.support.dialogues import load_dialogues
from tests.support.forms import NOW

FORMS = [dialogue.form for dialogue in load_dialogues()]
NASTY = st.one_of(
    st.sampled_from(
        ["1", "2", "si", "no", "2,1", "50", "3/5/1980", "domani", "OK", "3 1 2", "pin", "can", "a b c", ""]
    ),
    st.text(max_size=30),
    st.just("x" * 10_001),
    st.just("\x00\x1b\ud800"),
)


def inputs(form: Form) -> st.SearchStrategy[Input]:
    repeats = [group.ref for group in machine(form).repeats]
    layout = machine(form).layout(dict.fromkeys((*repeats, *(f"{ref}[1]" for ref in repeats)), 2))
    refs = st.just("") | st.sampled_from([*(one.ref for one in layout.asked), "/data/unknown"])
    wholes = st.sampled_from([*(ref for ref in layout.counts), "/data/unknown"])
    instances = st.builds("{}[{}]".format, wholes, st.integers(1, 3))
    choices = st.sampled_from([choice.value for listed in form.choices.values() for choice in listed] or ["a"])
    values = st.one_of(NASTY, choices)
    plain: list[Input] = [Back(), Review(), Submit(), Reopen(), Pause(), Resume(), ChangeLanguage("en")]
    return st.one_of(
        st.builds(Answer, refs, values),
        st.builds(Fill, st.dictionaries(refs, values, max_size=3)),
        st.builds(Words, values),
        st.builds(Tick, refs, choices),
        st.builds(RankNext, refs, choices),
        st.builds(Undo, refs),
        st.builds(Confirm, refs),
        st.builds(Skip, refs),
        st.builds(GoTo, refs),
        st.builds(Add, wholes),
        st.builds(Remove, instances),
        st.builds(GoThrough, instances),
        st.sampled_from(plain),
    )


INPUTS = {form.name: inputs(form) for form in FORMS}  # to make them takes longer than to play an example


def aimed(given_input: Input, session: Session) -> Input:
    """Most inputs go to the open question, or random ones would hardly get anywhere."""
    if isinstance(given_input, Answer | Tick | RankNext | Undo | Confirm | Skip) and given_input.ref == "":
        return type(given_input)(session.at, *list(vars(given_input).values())[1:])
    return given_input


def fold(kept: dict[str, str], events: tuple[Event, ...]) -> dict[str, str]:
    kept = dict(kept)
    for event in events:
        if isinstance(event, InstanceRemoved):
            kept = {to: value for ref, value in kept.items() if (to := without(ref, event.ref))}
        if isinstance(event, AnswerAccepted):
            kept[event.ref] = event.value
        elif isinstance(event, AnswerCleared):
            kept.pop(event.ref, None)
    return kept


def asked_answers(form: Form, session: Session) -> dict[str, str]:
    asked = {question.ref for question in machine(form).layout(session.counts).asked}
    return {ref: value for ref, value in answers(form, session, NOW).items() if ref in asked}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_events_tell_all_that_is_kept(form: Form, data: st.DataObject) -> None:
    session, events = start(form, "it", NOW)
    kept = fold(asked_answers(form, session), events)
    for one in data.draw(st.lists(INPUTS[form.name], max_size=25)):
        reloaded = Session.from_json(json.loads(json.dumps(session.to_json())))
        assert reloaded == session
        before = session
        session, events = resume(form, reloaded, aimed(one, session), NOW)
        kept = fold(kept, events)
        assert kept == asked_answers(form, session)
        assert session.revision - before.revision == (session != before)
        _check_what_is_shown(form, session)
        if any(isinstance(event, ResponseCompleted) for event in events):
            assert violations(form, session, NOW) == ()
            assert session.hidden == ()
        if len(events) == 1 and isinstance(events[0], AnswerRefused) and session.paused:
            assert session == before


def _check_what_is_shown(form: Form, session: Session) -> None:
    assert len(prompts(form, session, NOW)) == 1
    page(form, session, None, NOW)
    if session.stage is Stage.ASKING:
        assert session.at in machine(form).layout(session.counts).places


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_kept_state_is_one_made_anew(form: Form, data: st.DataObject) -> None:
    warm, _ = start(form, "it", NOW)
    cold = warm
    for one in data.draw(st.lists(INPUTS[form.name], max_size=15)):
        warm, warm_events = resume(form, warm, aimed(one, warm), NOW)
        cold, cold_events = resume(form, Session.from_json(cold.to_json()), aimed(one, cold), NOW)
        assert (warm, warm_events) == (cold, cold_events)
        assert prompts(form, warm, NOW) == prompts(form, Session.from_json(cold.to_json()), NOW)
