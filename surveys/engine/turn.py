"""One input being worked through: the session so far, its state, the events that follow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from surveys.engine.events import (
    AnswerAccepted,
    AnswerCleared,
    AnswerRefused,
    Event,
    Fault,
    QuestionOpened,
    ReviewOpened,
)
from surveys.engine.form import Form, Group, Kind, Question
from surveys.engine.machine import Machine, machine
from surveys.engine.session import Session, Stage
from surveys.engine.state import State
from surveys.engine.values import Refused, check

_DRAFTED = frozenset({Kind.SELECT_MULTIPLE, Kind.RANK})


@dataclass
class Turn:
    """Mutable for the time of one input; `close` gives the new session."""

    machine: Machine
    session: Session
    state: State
    events: list[Event] = field(default_factory=list)

    def question(self, ref: str) -> Question | None:
        """The asked, relevant question of a reference."""
        node = self.machine.nodes.get(ref)
        known = isinstance(node, Question) and node.asked and self.state.relevant(ref)
        return node if known and isinstance(node, Question) else None

    def become(self, **changes: object) -> None:
        self.session = replace(self.session, **changes)  # type: ignore[arg-type]

    def refuse(self, ref: str, fault: Fault, values: tuple[tuple[str, str], ...] = ()) -> None:
        self.events.append(AnswerRefused(ref, fault, author_message(self.state, ref, fault), values))

    def put(self, ref: str, value: str) -> None:
        """Keeps a value that was found good, and tells what else came or went with it."""
        before = self.counting()
        self.state.keep(ref, value)
        self.events.append(AnswerAccepted(ref, value) if value else AnswerCleared(ref))
        self.tell(before, ref)

    def counting(self) -> dict[str, str]:
        return {ref: value for ref, value in self.state.values.items() if ref not in self.state.hidden}

    def tell(self, before: dict[str, str], besides: str = "") -> None:
        """Answers that stopped to count, count again, or changed because of another one.

        What a choice filter took away is asked again.
        """
        after = self.counting()
        for ref in [question.ref for question in self.machine.asked if question.ref != besides]:
            was, now = before.get(ref), after.get(ref)
            if was == now:
                continue
            self.events.append(AnswerAccepted(ref, now) if now is not None else AnswerCleared(ref))
            if now is None and self.state.relevant(ref):
                self.become(passed=tuple(one for one in self.session.passed if one != ref))

    def check(self, question: Question, value: str) -> str | Refused:
        """The value as it is kept, or why it is not: type, then offer, requirement and constraint."""
        offered = tuple(choice.value for choice in self.state.offered(question))
        found = check(question, value, offered)
        if isinstance(found, Refused):
            return found
        if self.state.readonly(question.ref):
            return found if found == self.state.value(question.ref) else Refused(Fault.READ_ONLY)
        if not found and self.state.demands(question):
            return Refused(Fault.REQUIRED)
        return found

    def open(self, ref: str, editing: bool = False) -> None:
        question = self.machine.nodes[ref]
        kind = question.kind if isinstance(question, Question) else None
        draft = tuple(self.state.value(ref).split()) if kind in _DRAFTED else ()
        self.become(stage=Stage.ASKING, at=ref, draft=draft, editing=editing)
        self.events.append(QuestionOpened(ref))

    def review(self) -> None:
        self.become(stage=Stage.REVIEW, at="", draft=(), editing=False)
        self.events.append(ReviewOpened())

    def passing(self, *refs: str) -> None:
        """Notes that the person has been through these questions."""
        known = {*self.session.passed, *refs}
        self.become(passed=tuple(question.ref for question in self.machine.asked if question.ref in known))

    def advance(self, past: str) -> None:
        """Opens what comes after a question: the next one, what was left out, or the review."""
        passed = set(self.session.passed)
        if not self.session.editing:
            following = self.machine.asked[self.machine.places[past] + 1 :]
            for question in following:
                if self.state.relevant(question.ref):
                    return self.open(question.ref)
        for question in self.machine.asked:
            if question.ref not in passed and self.state.relevant(question.ref):
                return self.open(question.ref, editing=True)
        return self.review()

    def moved(self, session: Session) -> bool:
        """Whether anything about the answers differs from a session."""
        values = self.state.values
        return values != session.values or self.state.hidden & values.keys() != set(session.hidden)

    def close(self) -> tuple[Session, tuple[Event, ...]]:
        values = {ref: self.state.values[ref] for ref in self.machine.nodes if ref in self.state.values}
        hidden = tuple(ref for ref in values if ref in self.state.hidden)
        self.become(values=values, hidden=hidden, revision=self.session.revision + 1)
        keep_state(self.session, self.state)
        return self.session, tuple(self.events)


def author_message(state: State, ref: str, fault: Fault) -> str:
    """The author's own words for a refusal, in the session's language."""
    node = state.machine.nodes.get(ref)
    if node is None or fault not in (Fault.REQUIRED, Fault.CONSTRAINT):
        return ""
    logic = node.logic
    return state.say(ref, logic.required_message if fault is Fault.REQUIRED else logic.constraint_message)


def state_of(form: Form, session: Session, now: datetime) -> State:
    """The state of a session: the one it was left in if that is at hand, else made anew."""
    kept: State | None = session.__dict__.get("_state")
    moment = now.isoformat(timespec="milliseconds")
    if kept is not None and kept.machine is machine(form) and (kept.now == moment or not kept.machine.moving):
        kept.now = moment
        return kept
    state = State(machine(form), session.language, now)
    state.seed = session.seed
    state.load(session.values, session.hidden)
    return state


def keep_state(session: Session, state: State) -> None:
    """Leaves the state with the session, for the prompts of the same moment; JSON drops it."""
    object.__setattr__(session, "_state", state)


def page_of(state: State, ref: str) -> tuple[Question, ...]:
    """The questions shown together with one: its field-list, or itself alone."""
    top = _field_list(state.machine, ref)
    if not top:
        node = state.machine.nodes[ref]
        return (node,) if isinstance(node, Question) else ()
    inside = f"{top}/"
    found = (question for question in state.machine.asked if question.ref.startswith(inside))
    return tuple(question for question in found if state.relevant(question.ref))


def _field_list(made: Machine, ref: str) -> str:
    """The outermost field-list around a node, "" where there is none."""
    found, at = "", made.parents.get(ref)
    while at is not None:
        group = made.nodes[at]
        if isinstance(group, Group) and group.field_list:
            found = at
        at = made.parents.get(at)
    return found
