"""A response in progress taken over into a newer version of its form.

The rule: what was answered stays where its question is still there, of the same type, and takes
the same value; everything else is left behind. Questions that are new, or lost their answer, are
asked; where all was answered already, they lead back to the review. The question that is open
stays open if it is still asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from surveys.engine.dialogue import known_language
from surveys.engine.form import Form, Question
from surveys.engine.machine import Machine, machine
from surveys.engine.refs import form_ref
from surveys.engine.session import Session, Stage
from surveys.engine.state import State
from surveys.engine.turn import Turn
from surveys.engine.values import Refused, check


def take_over(old: Form, session: Session, new: Form, now: datetime, versions: int = 1) -> Session:
    """The session in a newer version: buttons and pages of an older one are stale.

    `versions` counts those published since, the newer one too; each raises the revision by one, so that
    what was shown of one in between is stale as well. The same version, session and moment always give the same.
    """
    before, made = machine(old), machine(new)
    state = State(made, known_language(new, session.language), now)
    state.seed, state.earlier = session.seed, session.earlier
    kept = {ref: value for ref, value in session.values.items() if _is_same(before, made, ref)}
    state.load(kept, (), {ref: count for ref, count in session.counts.items() if _repeats(made, ref)})
    fresh = [one for one in state.layout.questions if form_ref(one.ref) not in before.nodes]
    state.begin([one for one in fresh if one.ref not in kept], {})
    state.update(made.order)
    lost = _drop_misfits(state)
    known = {ref for ref in session.passed if ref in state.layout.places and ref not in lost}
    passed = tuple(ref for ref in state.layout.places if ref in known and _is_same(before, made, ref))
    stays = session.inside if session.inside in state.layout.nodes else ""
    taken = replace(session, language=state.language, passed=passed, inside=stays, draft=())
    turn = Turn(made, taken, state)
    _open_again(turn)
    return replace(turn.close()[0], paused=session.paused, revision=session.revision + versions)


def _open_again(turn: Turn) -> None:
    session = turn.session
    if session.stage is Stage.ASKING and turn.question(session.at):
        return turn.open(session.at, session.editing)
    if session.stage is Stage.REVIEW:
        turn.become(editing=True)
    if session.stage is Stage.REVIEW or form_ref(session.at) in turn.machine.nodes:
        return turn.advance(session.at)
    left = (one.ref for one in turn.state.relevant_questions() if one.ref not in session.passed)
    following = next(left, None)
    return turn.review() if following is None else turn.open(following, session.editing)


def _is_same(before: Machine, after: Machine, ref: str) -> bool:
    """Whether a reference is a question of the same type in both versions, or a repeat."""
    one, other = before.nodes.get(form_ref(ref)), after.nodes.get(form_ref(ref))
    if isinstance(one, Question) and isinstance(other, Question):
        return one.kind is other.kind
    return one is not None and other is not None and not isinstance(one, Question) and not isinstance(other, Question)


def _repeats(made: Machine, ref: str) -> bool:
    return form_ref(ref) in made.repeating


def _drop_misfits(state: State) -> set[str]:
    """Takes back answers that their questions do not take any more; returns whose."""
    lost: set[str] = set()
    for question in state.layout.asked:
        value = state.values.get(question.ref, "")
        if not value:
            continue
        offered = tuple(choice.value for choice in state.offered(question))
        if isinstance(check(question, value, offered), Refused):
            state.keep(question.ref, "")
            state.values.pop(question.ref, None)
            lost.add(question.ref)
    return lost
