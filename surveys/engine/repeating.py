"""Repeats that people fill in as often as they need: one more, one less, one again."""

from __future__ import annotations

from surveys.engine.events import Fault, InstanceAdded, InstanceRemoved
from surveys.engine.form import Kind
from surveys.engine.layout import MOST_INSTANCES
from surveys.engine.moving import is_editing
from surveys.engine.refs import is_instance, position_of, whole_of, within, without
from surveys.engine.turn import Turn, numbered


def add(turn: Turn, ref: str) -> None:
    """A fresh instance behind the others, with its first question open."""
    question = turn.question(ref)
    if question is None or question.kind is not Kind.REPEAT:
        return turn.refuse(ref, Fault.NOT_OPEN)
    counts, numbers = turn.layout.counts, numbered(turn.session, turn.layout)
    wanted = {**counts, ref: counts[ref] + 1}
    if turn.machine.layout(wanted).counts[ref] < wanted[ref]:
        return turn.refuse(ref, Fault.TOO_MANY, (("limit", str(MOST_INSTANCES)),))
    editing = is_editing(turn)
    turn.state.arrange(wanted)
    number = max((turn.session.highest, *numbers[ref])) + 1
    turn.become(repeats={**numbers, ref: (*numbers[ref], number)}, highest=number)
    instance = f"{ref}[{wanted[ref]}]"
    turn.forget(ref)
    turn.events.append(InstanceAdded(instance))
    turn.tell()
    return _go_through(turn, instance, editing)


def remove(turn: Turn, instance: str) -> None:
    """Takes an instance away; those behind it move up. The repeat as a whole is open then."""
    whole = whole_of(instance) if is_instance(instance) else ""
    if instance not in turn.layout.nodes or turn.question(whole) is None:
        return turn.refuse(instance, Fault.NOT_OPEN)
    editing = is_editing(turn)
    turn.events.append(InstanceRemoved(instance))
    gone = take_out(turn, instance)
    turn.become(highest=max(turn.session.highest, gone))
    return turn.open(whole, editing)


def take_out(turn: Turn, instance: str) -> int:
    """Everything of a response after an instance went; returns the number that was the instance's."""
    state, session = turn.state, turn.session
    whole, numbers = whole_of(instance), numbered(session, turn.layout)
    mine = numbers[whole]
    left = mine[: position_of(instance) - 1] + mine[position_of(instance) :]
    state.rename(lambda ref: without(ref, instance))
    repeats = {to: those for ref, those in numbers.items() if (to := without(ref, instance))} | {whole: left}
    passed = tuple(to for ref in session.passed if (to := without(ref, instance)))
    turn.become(repeats=repeats, passed=passed, inside=without(session.inside, instance) or "")
    state.arrange({ref: len(those) for ref, those in repeats.items()})
    turn.tell()
    return mine[position_of(instance) - 1]


def go_through(turn: Turn, instance: str) -> None:
    """Opens the first question of an instance; its last one leads back to the repeat as a whole."""
    whole = whole_of(instance) if is_instance(instance) else ""
    if instance not in turn.layout.nodes or turn.question(whole) is None:
        return turn.refuse(instance, Fault.NOT_OPEN)
    return _go_through(turn, instance, is_editing(turn))


def _go_through(turn: Turn, instance: str, editing: bool) -> None:
    first = next((one.ref for one in turn.state.relevant_questions() if within(one.ref, instance)), None)
    if first is None:
        return turn.open(whole_of(instance), editing)
    turn.become(inside=instance)
    return turn.open(first, editing)
