"""The answers of one person as a tree, with everything that follows from them.

The tree holds what expressions see: the value of a node, blank while it is not relevant
(ODK XForms specification, "Relevance"). A change computes only what depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime
from math import isfinite
from typing import Any

from lxml import etree

from surveys.engine.expressions import Compiled
from surveys.engine.form import Choice, Expression, Group, Kind, Node, Question, Texts
from surveys.engine.functions.kinds import number, truth
from surveys.engine.machine import Machine, filter_expression, pick
from surveys.engine.values import clean, written


class State:
    """A tree of answers that changes; made anew from a session for each input."""

    def __init__(self, machine: Machine, language: str, now: datetime) -> None:
        self.machine = machine
        self.language = language
        self.now = now.isoformat(timespec="milliseconds")
        self.root = deepcopy(_template(machine))
        self.elements: dict[str, Any] = dict(zip(machine.nodes, self.root.iter(), strict=True))
        self.values: dict[str, str] = {}
        self.hidden: set[str] = set()
        self._relevant: dict[str, bool] = {}
        self.seed = ""

    def load(self, values: dict[str, str], hidden: Iterable[str]) -> None:
        """Takes over the values of a session, which are computed already."""
        self.hidden.update(ref for ref in hidden if ref in self.elements)
        for ref, value in values.items():
            if ref in self.elements:
                self.values[ref] = value
                if ref not in self.hidden:
                    self.elements[ref].text = value
        for ref in self.machine.moving:
            self.update((ref, *self.machine.dependents(ref)))

    def value(self, ref: str) -> str:
        """The value that counts: blank while the node is not relevant."""
        return "" if ref in self.hidden else self.values.get(ref, "")

    def relevant(self, ref: str) -> bool:
        known = self._relevant.get(ref)
        if known is None:
            parent = self.machine.parents.get(ref)
            known = parent is None or self.relevant(parent)
            condition = self.machine.nodes[ref].logic.relevant
            if known and condition is not None:
                known = truth(self.evaluate(ref, condition))
            self._relevant[ref] = known
        return known

    def required(self, ref: str) -> bool:
        condition = self.machine.nodes[ref].logic.required
        return condition is not None and truth(self.evaluate(ref, condition))

    def demands(self, question: Question) -> bool:
        """Whether the person has to answer: not where they cannot, nor where nothing is on offer."""
        if question.kind is Kind.NOTE or not question.asked or not self.required(question.ref):
            return False
        return not self.readonly(question.ref) and bool(not question.choices or self.offered(question))

    def readonly(self, ref: str) -> bool:
        """Whether the person may not change it; a part that is read only makes all in it so."""
        at: str | None = ref
        while at is not None:
            node = self.machine.nodes[at]
            if node.logic.calculation is not None:
                return True
            if node.logic.readonly is not None and truth(self.evaluate(at, node.logic.readonly)):
                return True
            at = self.machine.parents.get(at)
        return False

    def holds(self, ref: str, value: str) -> bool:
        """Whether a value would satisfy its question's constraint; blanks always do."""
        constraint = self.machine.nodes[ref].logic.constraint
        if constraint is None or not value:
            return True
        element = self.elements[ref]
        before = element.text
        element.text = value
        try:
            return truth(self.evaluate(ref, constraint))
        finally:
            element.text = before

    def offered(self, question: Question) -> tuple[Choice, ...]:
        """The choices on show now, after the filter, in their order."""
        choices = self.machine.form.choices.get(question.choices, ())
        if question.logic.choice_filter is not None:
            items = self.evaluate(question.ref, filter_expression(question))
            choices = tuple(choices[int(item.get("i"))] for item in items)
        if question.parameters.get("randomize") == "true":
            choices = shuffled(choices, self._seed(question))
        return choices

    def _seed(self, question: Question) -> float:
        seed = question.parameters.get("seed")
        if not seed:
            return number(self.seed) + len(question.ref)
        return number(self.evaluate(question.ref, Expression(seed)))

    def keep(self, ref: str, value: str) -> list[str]:
        """Keeps a value; returns the references that changed with it, itself first."""
        before = self.value(ref)
        self._store(ref, value)
        if self.value(ref) == before:
            return []
        changed = [ref, *self.update(self.machine.dependents(ref))]
        question = self.machine.nodes[ref]
        for target, expression in question.triggers if isinstance(question, Question) else ():
            changed += self.keep(target, self.computed(target, expression))
        return [*changed, *self._drop_unoffered(set(changed))]

    def _drop_unoffered(self, changed: set[str]) -> list[str]:
        """Takes back choices that a filter no longer offers; what is left of several stays."""
        found: list[str] = []
        for question, references in self.machine.filtered:
            value = self.value(question.ref)
            if value and not references.isdisjoint(changed):
                offered = {choice.value for choice in self.offered(question)}
                kept = " ".join(one for one in value.split() if one in offered)
                if kept != value:
                    found += self.keep(question.ref, "" if question.kind is Kind.RANK else kept)
        return found

    def update(self, refs: Iterable[str]) -> list[str]:
        """Computes nodes anew, in the order given; returns those that changed."""
        refs = tuple(refs)
        for ref in refs:
            self._relevant.pop(ref, None)
        return [ref for ref in refs if self._refresh(ref)]

    def _refresh(self, ref: str) -> bool:
        before = self.value(ref), ref in self.hidden
        node = self.machine.nodes[ref]
        if isinstance(node, Group):
            return False
        if not self.relevant(ref):
            self.hidden.add(ref)
            self.elements[ref].text = None
        else:
            self.hidden.discard(ref)
            self.elements[ref].text = self.values.get(ref) or None
            if node.logic.calculation is not None:
                self._store(ref, self.computed(ref, node.logic.calculation))
        return before != (self.value(ref), ref in self.hidden)

    def _store(self, ref: str, value: str) -> None:
        if value:
            self.values[ref] = value
        else:
            self.values.pop(ref, None)
        if ref not in self.hidden:
            self.elements[ref].text = value or None

    def computed(self, ref: str, expression: Expression) -> str:
        """What an expression gives, as a value of its node's type."""
        value = clean(written(self.evaluate(ref, expression)))
        node = self.machine.nodes[ref]
        if isinstance(node, Question) and node.kind is Kind.DATE and len(value) > 10:
            return value[:10]
        return value

    def evaluate(self, ref: str, expression: Expression) -> Any:
        """What an expression gives at a node; blank where it fails on these answers."""
        compiled = self.machine.compiled[ref, expression.source]
        if compiled.constant is not None:
            return compiled.constant
        try:
            if not compiled.variables:
                return compiled.run(self.elements[ref])
            return compiled.run(self.elements[ref], **self._world(ref, compiled))
        except (etree.XPathError, ArithmeticError, ValueError):
            return ""

    def _world(self, ref: str, compiled: Compiled) -> dict[str, Any]:
        world: dict[str, Any] = {}
        for name in compiled.variables:
            if name in ("now", "moment"):
                world[name] = self.now
            elif name == "language":
                world[name] = self.language
            else:
                world[name] = [self.root if name == "main" else self.elements[ref]]
        return world

    def say(self, ref: str, texts: Texts) -> str:
        """A text in the session's language with its gaps filled."""
        found = pick(texts, self.language, self.machine.form.default_language)
        if found is None:
            return ""
        parts = (part if isinstance(part, str) else written(self.evaluate(ref, part)) for part in found.parts)
        return "".join(parts).strip()

    def relevant_questions(self) -> list[Question]:
        return [question for question in self.machine.asked if self.relevant(question.ref)]


def _template(machine: Machine) -> Any:
    """The empty tree of a form; copied in C for each state."""
    made = machine.__dict__.get("_template")
    if made is None:
        made = machine.__dict__["_template"] = _element(machine.form.root)
    return made


def _element(node: Node, parent: Any = None) -> Any:
    made = etree.Element(node.name) if parent is None else etree.SubElement(parent, node.name)
    if isinstance(node, Group):
        for child in node.children:
            _element(child, made)
    return made


def shuffled(choices: tuple[Choice, ...], seed: float) -> tuple[Choice, ...]:
    """The order that a seed decides: Park and Miller's generator (ODK XForms specification, `randomize`)."""
    if not isfinite(seed):
        return choices
    state = int(seed) % 2147483647 or 1
    found = list(choices)
    for at in range(len(found) - 1, 0, -1):
        state = state * 48271 % 2147483647
        other = int((state - 1) / 2147483646 * (at + 1))
        found[at], found[other] = found[other], found[at]
    return tuple(found)
