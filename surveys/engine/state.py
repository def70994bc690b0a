"""The answers of one person as a tree, with everything that follows from them.

The tree holds what expressions see: the value of a node, blank while it is not relevant
(ODK XForms specification, "Relevance"). A change computes only what depends on it; where it
changes how often a part is repeated, the tree is laid out anew and all of it computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from math import isfinite
from typing import Any

from lxml import etree

from surveys.engine.expressions import Compiled
from surveys.engine.form import Choice, Expression, Group, Kind, Node, Question, Texts
from surveys.engine.functions.kinds import number, truth
from surveys.engine.journal import Journal
from surveys.engine.layout import Layout, tree_of
from surveys.engine.machine import Machine
from surveys.engine.offering import offered_to
from surveys.engine.refs import beside, counts_of, form_ref, instances_around, parent_ref
from surveys.engine.texts import pick
from surveys.engine.values import LONGEST, clean, written

_COUNTLESS = 1e9
_ROUNDS = 10  # of counting anew; each lays out what the last one brought


class State:
    """A tree of answers that changes; made anew from a session for each input."""

    def __init__(self, machine: Machine, language: str, now: datetime) -> None:
        self.machine = machine
        self.language = language
        self.now = now.isoformat(timespec="milliseconds")
        self.values: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.seed = ""
        self.earlier: Mapping[str, str] = {}  # what the same subject sent before
        self.crowded = ""  # the repeat that was to have more instances than are laid out
        self.layout: Layout
        self._relevant: dict[str, bool] = {}
        self.journal = Journal()
        self.lay_out({})

    @property
    def nodes(self) -> dict[str, Node]:
        return self.layout.nodes

    def lay_out(self, counts: Mapping[str, int]) -> None:
        """A new tree with the values kept, for a number of instances of each repeat."""
        self.layout = self.machine.layout(counts)
        self.root, self.elements = tree_of(self.layout)
        self._relevant.clear()
        for ref, value in self.values.items():
            if ref in self.elements and ref not in self.hidden:
                self.elements[ref].text = value

    def load(self, values: Mapping[str, str], hidden: Iterable[str], counts: Mapping[str, int]) -> None:
        """Takes over the values of a session, which are computed already."""
        self.values = dict(values)
        self.hidden = set(hidden)
        self.lay_out(counts)
        for ref in self.machine.moving:
            self.update((ref, *self.machine.dependents(ref).refs))

    def value(self, ref: str) -> str:
        """The value that counts: blank while the node is not relevant."""
        return "" if ref in self.hidden else self.values.get(ref, "")

    def counting(self) -> dict[str, str]:
        """All values that count."""
        nodes, hidden = self.layout.nodes, self.hidden
        return {ref: value for ref, value in self.values.items() if ref not in hidden and ref in nodes}

    def uncounted(self) -> tuple[str, ...]:
        """What is held and does not count: its node is not relevant, or its instance is not there."""
        found = self.hidden & self.values.keys()
        if self.layout.counts:
            found |= self.values.keys() - self.layout.nodes.keys()
        return tuple(sorted(found))

    def rename(self, named: Callable[[str], str | None]) -> None:
        """Gives every value another reference, or none; what is told from here on is told of the new ones."""
        before = {to: value for ref, value in self.counting().items() if (to := named(ref))}
        self.values = {to: value for ref, value in self.values.items() if (to := named(ref))}
        self.hidden = {to for ref in self.hidden if (to := named(ref))}
        self.journal = Journal()
        for ref in {**before, **self.values}:
            self.journal.note(ref, before.get(ref, ""), self.values.get(ref, ""))

    def changes(self) -> dict[str, str]:
        """What counts now, in form order, of the values for which this differs from what was told last."""
        found = self.journal.differing(self._counted)
        return {ref: self._counted(ref) for ref in sorted(found, key=self.layout.sort_key)}

    @property
    def moved(self) -> bool:
        """Whether anything that is held differs from the turn's beginning, whether it counts or not."""
        return self.journal.moved(self._counted, lambda ref: self.values.get(ref, ""))

    def _counted(self, ref: str) -> str:
        return "" if ref in self.hidden or ref not in self.layout.nodes else self.values.get(ref, "")

    def _note(self, ref: str) -> None:
        if ref not in self.journal:
            self.journal.note(ref, self._counted(ref), self.values.get(ref, ""))

    def relevant(self, ref: str) -> bool:
        known = self._relevant.get(ref)
        if known is None:
            parent = self.layout.parents.get(ref)
            known = parent is None or self.relevant(parent)
            condition = self.layout.nodes[ref].logic.relevant
            if known and condition is not None:
                known = truth(self.evaluate(ref, condition))
            self._relevant[ref] = known
        return known

    def required(self, ref: str) -> bool:
        condition = self.layout.nodes[ref].logic.required
        return condition is not None and truth(self.evaluate(ref, condition))

    def demands(self, question: Question) -> bool:
        """Whether the person has to answer: not where they cannot, nor where nothing is on offer."""
        if question.kind is Kind.NOTE or not question.asked or not self.required(question.ref):
            return False
        chooses = question.choices or question.offered
        return not self.readonly(question.ref) and bool(not chooses or self.offered(question))

    def readonly(self, ref: str) -> bool:
        """Whether the person may not change it; a part that is read only makes all in it so."""
        at: str | None = ref
        while at is not None:
            node = self.layout.nodes[at]
            if node.logic.calculation is not None:
                return True
            if node.logic.readonly is not None and truth(self.evaluate(at, node.logic.readonly)):
                return True
            at = self.layout.parents.get(at)
        return False

    def holds(self, ref: str, value: str) -> bool:
        """Whether a value would satisfy its question's constraint; blanks always do."""
        constraint = self.layout.nodes[ref].logic.constraint
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
        return offered_to(self, question)

    def keep(self, ref: str, value: str) -> list[str]:
        """Keeps a value; returns the references that changed with it, itself first."""
        before = self.value(ref)
        self._store(ref, value)
        if self.value(ref) == before:
            return []
        changed = [ref, *self._follow(ref)]
        question = self.layout.nodes.get(ref)
        for form, expression in question.triggers if isinstance(question, Question) else ():
            target = beside(form, ref)
            for one in (target,) if target in self.elements else self.layout.near(form, ref):
                changed += self.keep(one, self.computed(one, expression))
        return [*changed, *self._drop_unoffered(changed)]

    def _follow(self, ref: str) -> list[str]:
        dependents = self.machine.dependents(form_ref(ref))
        return self._update(
            one
            for form in dependents.refs
            for one in (self.layout.instances[form] if form in dependents.apart else self.layout.near(form, ref))
        ) + self._count(dependents.refs)

    def _drop_unoffered(self, changed: list[str]) -> list[str]:
        """Takes back choices that a filter no longer offers; what is left of several stays."""
        found: list[str] = []
        forms = {form_ref(ref) for ref in changed}
        for form, references in self.machine.filtered:
            if forms.isdisjoint(references):
                continue
            for ref in self.layout.instances[form.ref]:
                question, value = self.layout.nodes[ref], self.value(ref)
                if value and isinstance(question, Question):
                    offered = {choice.value for choice in self.offered(question)}
                    kept = " ".join(one for one in value.split() if one in offered)
                    if kept != value:
                        found += self.keep(ref, "" if question.kind is Kind.RANK else kept)
        return found

    def update(self, forms: Iterable[str]) -> list[str]:
        """Computes all nodes of some form references anew, in the order given; returns those that changed."""
        forms = tuple(forms)
        found = self._update(ref for form in forms for ref in self.layout.instances[form])
        return found + self._count(forms)

    def _update(self, refs: Iterable[str]) -> list[str]:
        refs = tuple(refs)
        for ref in refs:
            self._relevant.pop(ref, None)
        for ref in self.layout.counts:
            self._relevant.pop(ref, None)
        return [ref for ref in refs if self._refresh(ref)]

    def _count(self, forms: Iterable[str]) -> list[str]:
        """Lays out the instances that the repeats among some nodes ask for now; computes all where they change.

        Where that were too many, everything stays as it is and `crowded` names the repeat.
        """
        if not self.machine.counted.intersection(forms):
            return []
        found: list[str] = []
        for _ in range(_ROUNDS):
            wanted = {**self.layout.counts, **self._wanted()}
            counts = self.machine.layout(wanted).counts
            self.crowded = next((ref for ref in counts if counts[ref] < wanted.get(ref, 0)), "")
            if counts == self.layout.counts or self.crowded:
                break
            found += self.arrange(counts)
        return found

    def _wanted(self) -> dict[str, int]:
        """How often the counted repeats are to be asked."""
        found: dict[str, int] = {}
        for ref in self.layout.counts:
            group = self.machine.nodes[form_ref(ref)]
            count = group.repeat.count if isinstance(group, Group) and group.repeat is not None else None
            if count is None:
                continue
            wanted = number(self.evaluate(ref, count)) if self.relevant(parent_ref(ref)) else 0.0
            found[ref] = int(min(max(wanted, 0), _COUNTLESS)) if isfinite(wanted) else 0
        return found

    def arrange(self, counts: Mapping[str, int]) -> list[str]:
        """Lays out instances, gives new ones what they hold at first, and computes everything."""
        known, before = set(self.layout.nodes), self.counting()
        for ref in self.values:
            self._note(ref)
        self.lay_out(counts)
        fresh = [one for one in self.layout.questions if one.ref not in known and one.ref not in self.values]
        filled = {instance for ref in self.values for instance in instances_around(ref)}  # when they were there last
        self.begin([one for one in fresh if next(instances_around(one.ref), "") not in filled], {})
        self._update(ref for form in self.machine.order for ref in self.layout.instances[form])
        after = self.counting()
        return [ref for ref in {**before, **after} if before.get(ref) != after.get(ref)]

    def begin(self, questions: Iterable[Question], given: Mapping[str, str]) -> None:
        """What questions hold before anything is computed: what is known, else their defaults."""
        questions = tuple(questions)
        for question in questions:
            self._store(question.ref, first_value(self, question, given))
        for question in questions:
            default = question.logic.default
            if isinstance(default, Expression) and question.name not in given:
                self._store(question.ref, self.computed(question.ref, default))

    def _refresh(self, ref: str) -> bool:
        node = self.layout.nodes[ref]
        if isinstance(node, Group):
            return False
        self._note(ref)
        before = self.value(ref), ref in self.hidden
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
        self._note(ref)
        if value:
            self.values[ref] = value
        else:
            self.values.pop(ref, None)
        if ref not in self.hidden and ref in self.elements:
            self.elements[ref].text = value or None

    def computed(self, ref: str, expression: Expression) -> str:
        """What an expression gives, as a value of its node's type."""
        value = clean(written(self.evaluate(ref, expression)))
        node = self.layout.nodes[ref]
        if isinstance(node, Question) and node.kind is Kind.DATE and len(value) > 10:
            return value[:10]
        return value

    def evaluate(self, ref: str, expression: Expression) -> Any:
        """What an expression gives at a node; blank where it fails on these answers."""
        compiled = self.machine.compiled[form_ref(ref), expression.source]
        if compiled.constant is not None:
            return compiled.constant
        try:
            return self.run(compiled, ref)
        except (etree.XPathError, ArithmeticError, ValueError):
            return ""

    def run(self, compiled: Compiled, ref: str) -> Any:
        """The same, raising what it fails with (XPathError, ArithmeticError, ValueError)."""
        element = self.elements.get(ref)
        if element is None:
            return self._run_beside(compiled, ref)
        if not compiled.variables:
            return compiled.run(element)
        return compiled.run(element, **self._world(element, compiled))

    def _run_beside(self, compiled: Compiled, ref: str) -> Any:
        """At a repeat as a whole: seen from its last instance, or from where the first one would be."""
        count = self.layout.counts[ref]
        if count:
            return self.run(compiled, f"{ref}[{count}]")
        parent = self.elements[parent_ref(ref)]
        element = etree.SubElement(parent, ref.rpartition("/")[2])
        try:
            return compiled.run(element, **self._world(element, compiled))
        finally:
            parent.remove(element)

    def _world(self, element: Any, compiled: Compiled) -> dict[str, Any]:
        world: dict[str, Any] = {}
        for name in compiled.variables:
            if name in ("now", "moment"):
                world[name] = self.now
            elif name == "language":
                world[name] = self.language
            elif name == "earlier":
                world[name] = [self._earlier_tree]
            else:
                world[name] = [self.root if name == "main" else element]
        return world

    @cached_property
    def _earlier_tree(self) -> Any:
        """What was sent before as a document of the form's shape, blank where nothing was."""
        root, elements = tree_of(self.machine.layout(counts_of(self.earlier)))
        for ref, value in self.earlier.items():
            if ref in elements:
                elements[ref].text = value
        top = etree.Element("instance")
        top.append(root)
        return top

    def say(self, ref: str, texts: Texts) -> str:
        """A text in the session's language with its gaps filled."""
        return "".join(part for part, _ in self.parts(ref, texts)).strip()

    def parts(self, ref: str, texts: Texts) -> Iterator[tuple[str, bool]]:
        """The same in parts: each with whether it is the value of a gap."""
        found = pick(texts, self.language, self.machine.form.default_language)
        for part in found.parts if found is not None else ():
            yield (part, False) if isinstance(part, str) else (written(self.evaluate(ref, part)), True)

    def relevant_questions(self) -> list[Question]:
        return [question for question in self.layout.asked if self.relevant(question.ref)]


def first_value(state: State, question: Question, given: Mapping[str, str]) -> str:
    """What a question holds before anything is computed."""
    default = question.logic.default
    value = clean(given.get(question.name, default if isinstance(default, str) else ""))[:LONGEST]
    if question.preload in ("start", "today"):
        return state.now if question.preload == "start" else state.now[:10]
    if question.kind is Kind.METADATA and question.preload:
        return given.get(question.preload, value)
    return value
