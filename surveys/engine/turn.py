"""One input being worked through: the session so far, its state, the events that follow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from math import inf

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
from surveys.engine.journal import Journal
from surveys.engine.layout import MOST_INSTANCES, Layout
from surveys.engine.machine import Machine, machine
from surveys.engine.refs import form_ref, whole_of, within
from surveys.engine.session import Session, Stage
from surveys.engine.state import State
from surveys.engine.styling import words
from surveys.engine.values import Refused, check

_DRAFTED = frozenset({Kind.SELECT_MULTIPLE, Kind.RANK})


@dataclass
class Turn:
    """Mutable for the time of one input; `close` gives the new session."""

    machine: Machine
    session: Session
    state: State
    events: list[Event] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        return self.state.layout

    def question(self, ref: str) -> Question | None:
        """The asked, relevant question of a reference."""
        node = self.layout.nodes.get(ref)
        known = isinstance(node, Question) and node.asked and self.state.relevant(ref)
        return node if known and isinstance(node, Question) else None

    def become(self, **changes: object) -> None:
        self.session = replace(self.session, **changes)  # type: ignore[arg-type]

    def refuse(self, ref: str, fault: Fault, values: tuple[tuple[str, str], ...] = ()) -> None:
        self.events.append(AnswerRefused(ref, fault, author_message(self.state, ref, fault), values))

    def put(self, ref: str, value: str) -> bool:
        """Keeps a value that was found good, and tells what else came or went with it.

        One that asks for more instances than there can be is refused; False is given then.
        """
        state, before = self.state, self.state.value(ref)
        state.crowded = ""
        state.keep(ref, value)
        if state.crowded:
            state.keep(ref, before)
            self.refuse(ref, Fault.TOO_MANY, (("limit", str(MOST_INSTANCES)),))
            return False
        self.events.append(AnswerAccepted(ref, value) if value else AnswerCleared(ref))
        self.tell(ref)
        return True

    def tell(self, besides: str = "") -> None:
        """Answers that stopped to count, count again, or changed because of something else.

        What a choice filter took away is asked again.
        """
        for ref, now in self.state.changes().items():
            self.state.journal.tell(ref, now)
            if ref == besides or not self._told_of(ref):
                continue
            self.events.append(AnswerAccepted(ref, now) if now else AnswerCleared(ref))
            if not now and self.question(ref):
                self.forget(ref)

    def _told_of(self, ref: str) -> bool:
        """Whether a person was asked for it, also where its instance is gone."""
        node = self.machine.nodes.get(form_ref(ref))
        return isinstance(node, Question) and node.asked

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
        question = self.layout.nodes[ref]
        kind = question.kind if isinstance(question, Question) else None
        draft = tuple(self.state.value(ref).split()) if kind in _DRAFTED else ()
        inside = self.session.inside if within(ref, self.session.inside) else ""
        self.become(stage=Stage.ASKING, at=ref, draft=draft, editing=editing, inside=inside)
        self.events.append(QuestionOpened(ref))

    def review(self) -> None:
        self.become(stage=Stage.REVIEW, at="", draft=(), editing=False, inside="")
        self.events.append(ReviewOpened())

    def passing(self, *refs: str) -> None:
        """Notes that the person has been through these questions."""
        passed, places = self.session.passed, self.layout.places
        fresh = [ref for ref in refs if ref not in passed and ref in places]
        if not fresh:
            return
        at_the_end = len(fresh) == 1 and (not passed or places.get(passed[-1], inf) < places[fresh[0]])
        known = (*passed, *fresh)
        self.become(passed=known if at_the_end else tuple(sorted(known, key=self.layout.sort_key)))

    def forget(self, *refs: str) -> None:
        """Notes that the person is to go through these questions again."""
        self.become(passed=tuple(one for one in self.session.passed if one not in refs))

    def advance(self, past: str) -> None:
        """Opens what comes after a question: the next one, what was left out, or the review.

        In an instance that is being gone through, the next one of that instance, then the whole
        of the repeat.
        """
        inside = self.session.inside
        if inside and self.question(whole_of(inside)):
            return self.open(self._next_inside(past, inside), self.session.editing)
        if not self.session.editing:
            for question in self.layout.following(past):
                if self.state.relevant(question.ref):
                    return self.open(question.ref)
        passed = set(self.session.passed)
        for question in self.layout.asked:
            if question.ref not in passed and self.state.relevant(question.ref):
                return self.open(question.ref, editing=True)
        return self.review()

    def _next_inside(self, past: str, instance: str) -> str:
        following = (one.ref for one in self.layout.following(past) if within(one.ref, instance))
        return next((ref for ref in following if self.state.relevant(ref)), whole_of(instance))

    def moved(self, session: Session) -> bool:
        """Whether anything about the answers differs from a session."""
        return self.state.moved or self.layout.counts != session.counts

    def close(self) -> tuple[Session, tuple[Event, ...]]:
        values, hidden = dict(self.state.values), self.state.uncounted()
        repeats = numbered(self.session, self.layout)
        self.become(values=values, hidden=hidden, repeats=repeats, revision=self.session.revision + 1)
        keep_state(self.session, self.state)
        return self.session, tuple(self.events)


def author_message(state: State, ref: str, fault: Fault) -> str:
    """The author's own words for a refusal, in the session's language."""
    node = state.layout.nodes.get(ref)
    if node is None or fault not in (Fault.REQUIRED, Fault.CONSTRAINT):
        return ""
    logic = node.logic
    return words(state, ref, logic.required_message if fault is Fault.REQUIRED else logic.constraint_message)


def state_of(form: Form, session: Session, now: datetime) -> State:
    """The state of a session: the one it was left in if that is at hand, else made anew."""
    kept: State | None = session.__dict__.get("_state")
    moment = now.isoformat(timespec="milliseconds")
    if kept is not None and kept.machine is machine(form) and (kept.now == moment or not kept.machine.moving):
        kept.now = moment
        return kept
    state = State(machine(form), session.language, now)
    state.seed, state.earlier = session.seed, session.earlier
    state.load(session.values, session.hidden, session.counts)
    return state


def keep_state(session: Session, state: State) -> None:
    """Leaves the state with the session, for the prompts of the same moment; JSON drops it."""
    state.journal = Journal()
    object.__setattr__(session, "_state", state)


def page_of(state: State, ref: str) -> tuple[Question, ...]:
    """The questions shown together with one: its field-list as far as the next repeat, or itself alone."""
    node, top = state.layout.nodes[ref], _field_list(state.layout, ref)
    if not isinstance(node, Question):
        return ()
    if not top or node.kind is Kind.REPEAT:
        return (node,)
    place = state.layout.places[ref]
    before = takewhile(lambda one: _together(one, top), reversed(state.layout.asked[:place]))
    after = takewhile(lambda one: _together(one, top), state.layout.asked[place:])
    return tuple(one for one in (*reversed(tuple(before)), *after) if state.relevant(one.ref))


def _together(question: Question, top: str) -> bool:
    return within(question.ref, top) and question.kind is not Kind.REPEAT


def _field_list(layout: Layout, ref: str) -> str:
    """The outermost field-list around a node, "" where there is none."""
    found, at = "", layout.parents.get(ref)
    while at is not None:
        group = layout.nodes[at]
        if isinstance(group, Group) and group.field_list:
            found = at
        at = layout.parents.get(at)
    return found


def numbered(session: Session, layout: Layout) -> dict[str, tuple[int, ...]]:
    """The numbers of all instances there are: those known, else their positions."""
    known = session.repeats
    return {
        ref: known[ref] if len(known.get(ref, ())) == count and ref in known else tuple(range(1, count + 1))
        for ref, count in layout.counts.items()
    }
