"""A form made ready to run: every expression compiled, the order of computing known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from lxml import etree

from surveys.engine.expressions import Compiled, Scope, compile_expression
from surveys.engine.form import Expression, Form, Group, Kind, Node, Question, Text, Texts
from surveys.engine.functions import Function
from surveys.engine.functions.kinds import text
from surveys.engine.syntax import ExpressionFault

_DATED = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME})
_COMPUTED = ("relevant", "calculation")


@dataclass(frozen=True)
class ExpressionError:
    """Where an expression of a form cannot be used; `part` is its field in Logic, or "label"."""

    ref: str
    part: str
    source: str
    fault: ExpressionFault


@dataclass
class Machine:
    """What is the same for everyone who answers a form; made once by `machine(form)`."""

    form: Form
    nodes: dict[str, Node] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    compiled: dict[tuple[str, str], Compiled] = field(default_factory=dict)
    faults: list[ExpressionError] = field(default_factory=list)
    doubts: list[ExpressionError] = field(default_factory=list)  # legal, and hardly what was meant
    order: tuple[str, ...] = ()  # every node after those it depends on
    cycle: tuple[str, ...] = ()  # references that depend on one another

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(self.form.questions())

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.asked)

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {question.ref: number for number, question in enumerate(self.questions, 1)}

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each asked question among them, from 0."""
        return {question.ref: place for place, question in enumerate(self.asked)}

    @cached_property
    def counted_before(self) -> tuple[int, ...]:
        """For each place among the asked, and for the end: how many before it are more than notes."""
        return tuple(accumulate((one.kind is not Kind.NOTE for one in self.asked), initial=0))

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """Nodes whose relevance or value follows the clock."""
        return tuple(ref for ref in self.nodes if any("now" in one.variables for one in self.computing(ref)))

    @cached_property
    def filtered(self) -> tuple[tuple[Question, frozenset[str]], ...]:
        """The questions whose choices depend on answers, with what they depend on."""
        keys = ((one, (one.ref, filter_expression(one).source)) for one in self.questions if one.logic.choice_filter)
        return tuple((one, self.compiled[key].references) for one, key in keys if key in self.compiled)

    @cached_property
    def choice_roots(self) -> dict[str, Any]:
        return {name: self._choice_tree(name) for name in self.form.choices}

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {ref: rank for rank, ref in enumerate(self.order)}

    @cached_property
    def _dependents(self) -> dict[str, set[str]]:
        direct: dict[str, set[str]] = {ref: set() for ref in self.nodes}
        for ref in self.nodes:
            for needed in self.needs(ref):
                direct[needed].add(ref)
        return direct

    @cached_property
    def _closures(self) -> dict[str, tuple[str, ...]]:
        return {}

    def dependents(self, ref: str) -> tuple[str, ...]:
        """All nodes that a change of this one may change, in the order of computing."""
        if ref not in self._closures:
            found: set[str] = set()
            waiting = [ref]
            while waiting:
                fresh = self._dependents[waiting.pop()] - found
                found |= fresh
                waiting.extend(fresh)
            self._closures[ref] = tuple(sorted(found - {ref}, key=self._ranks.__getitem__))
        return self._closures[ref]

    def computing(self, ref: str) -> Iterator[Compiled]:
        """The expressions that decide a node's relevance and value."""
        logic = self.nodes[ref].logic
        for part in _COMPUTED:
            expression = getattr(logic, part)
            if expression is not None and (ref, expression.source) in self.compiled:
                yield self.compiled[ref, expression.source]

    def needs(self, ref: str) -> set[str]:
        """The nodes that a node's relevance and value are computed from."""
        found = {self.parents[ref]} if ref in self.parents else set()
        logic = self.nodes[ref].logic
        for compiled in self.computing(ref):
            own = logic.relevant is not None and compiled.source == logic.relevant.source
            for reference in compiled.references:
                found.update(one for one in self._leaves(reference) if own or one != ref)
        return found

    def _leaves(self, reference: str) -> Iterator[str]:
        node = self.nodes.get(reference)
        if isinstance(node, Group):
            inside = f"{reference}/"
            yield from (ref for ref, one in self.nodes.items() if ref.startswith(inside) and isinstance(one, Question))
        elif node is not None:
            yield reference

    def _choice_tree(self, name: str) -> Any:
        top = etree.Element("instance")
        root = etree.SubElement(top, "root")
        for index, choice in enumerate(self.form.choices[name]):
            item = etree.SubElement(root, "item", i=str(index))
            for column, value in choice.attributes.items():
                etree.SubElement(item, column).text = value
            if "name" not in choice.attributes:
                etree.SubElement(item, "name").text = choice.value
        return top

    def instance(self, _: Any, name: Any) -> Any:
        """ODK's `instance()`: the root over the items of a list of choices."""
        top = self.choice_roots.get(text(name))
        return [] if top is None else [top]

    def choice_name(self, context: Any, language: str, value: Any, reference: Any) -> str:
        """ODK's `jr:choice-name()`: the label of a chosen value."""
        ref = text(reference).strip()
        if ref.startswith("."):
            above = ref_of(context.context_node).split("/")[: -ref.count("../")]
            ref = "/".join((*above, ref.rpartition("../")[2]))
        question = self.nodes.get(ref)
        if not isinstance(question, Question):
            return ""
        for choice in self.form.choices.get(question.choices, ()):
            if choice.value == text(value):
                return self.plain(choice.label, language)
        return ""

    def plain(self, texts: Texts, language: str) -> str:
        """A text without the values of its gaps."""
        found = pick(texts, language, self.form.default_language)
        return "".join(part for part in found.parts if isinstance(part, str)) if found else ""


def machine(form: Form) -> Machine:
    """The machine of a form, made at the first call and kept with the form."""
    made: Machine | None = form.__dict__.get("_machine")
    if made is None:
        made = build(form)
        object.__setattr__(form, "_machine", made)
    return made


def build(form: Form) -> Machine:
    made = Machine(form)
    _index(made, form.root)
    dated = frozenset(ref for ref, node in made.nodes.items() if isinstance(node, Question) and node.kind in _DATED)
    special = {
        "instance": Function(made.instance, 1, 1),
        "jr:choice-name": Function(made.choice_name, 2, 2, ("language",)),
    }
    for ref, part, expression in expressions(form):
        _compile(made, part, expression, Scope(ref, dated, special))
    made.order, made.cycle = _sort(made)
    return made


def _index(made: Machine, node: Node, parent: str = "") -> None:
    made.nodes[node.ref] = node
    if parent:
        made.parents[node.ref] = parent
    if isinstance(node, Group):
        for child in node.children:
            _index(made, child, node.ref)


def _compile(made: Machine, part: str, expression: Expression, scope: Scope) -> None:
    key = (scope.ref, expression.source)
    if key in made.compiled:
        return
    try:
        compiled = compile_expression(expression.source, scope)
        made.compiled[key] = compiled
    except ExpressionFault as fault:
        made.faults.append(ExpressionError(scope.ref, part, expression.source, fault))
        return
    for ref in sorted(compiled.references - made.nodes.keys() - {""}):
        unknown = ExpressionError(
            scope.ref, part, expression.source, ExpressionFault("unknown-reference", found=ref.rpartition("/")[2])
        )
        (made.doubts if ref.startswith(f"{scope.ref}/") else made.faults).append(unknown)


def expressions(form: Form) -> Iterator[tuple[str, str, Expression]]:
    """Every expression of a form with its node and the part of the node it stands in."""
    yield from _node_expressions(form, form.root)


def _node_expressions(form: Form, node: Node) -> Iterator[tuple[str, str, Expression]]:
    for part in ("relevant", "required", "readonly", "constraint", "calculation", "default"):
        expression = getattr(node.logic, part)
        if isinstance(expression, Expression):
            yield node.ref, part, expression
    texts = [("label", node.label), ("constraint_message", node.logic.constraint_message)]
    texts.append(("required_message", node.logic.required_message))
    if isinstance(node, Question):
        texts.append(("hint", node.hint))
        for target, expression in node.triggers:
            yield target, "trigger", expression
        if node.choices and node.logic.choice_filter:
            yield node.ref, "choice_filter", filter_expression(node)
        seed = node.parameters.get("seed")
        if seed:
            yield node.ref, "parameters", Expression(seed)
        texts.extend(("choices", choice.label) for choice in form.choices.get(node.choices, ()))
    for part, found in texts:
        for expression in gaps(found):
            yield node.ref, part, expression
    if isinstance(node, Group):
        for child in node.children:
            yield from _node_expressions(form, child)


def filter_expression(question: Question) -> Expression:
    """The nodes of a list that a question offers."""
    condition = question.logic.choice_filter
    return Expression(f"instance('{question.choices}')/root/item[{condition.source if condition else 'true()'}]")


def gaps(texts: Texts) -> Iterator[Expression]:
    for found in texts.values():
        yield from (part for part in found.parts if isinstance(part, Expression))


def pick(texts: Texts, language: str, default: str) -> Text | None:
    """The text in a language, else in the form's default language, else the first there is."""
    for code in (language, default, ""):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()), None)


def ref_of(element: Any) -> str:
    names = [element.tag, *(parent.tag for parent in element.iterancestors())]
    return "/" + "/".join(reversed(names))


def _sort(made: Machine) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Nodes in the order of computing (form order where free), and a cycle if there is one."""
    needs = {ref: sorted(made.needs(ref) - ({ref} if _self_only(made, ref) else set())) for ref in made.nodes}
    done: dict[str, None] = {}
    for start in made.nodes:
        path: list[str] = []
        stack = [(start, iter(needs[start]))]
        path.append(start)
        while stack:
            ref, rest = stack[-1]
            following = next((one for one in rest if one not in done), None)
            if following is None:
                stack.pop()
                path.pop()
                done[ref] = None
            elif following in path:
                return tuple(made.nodes), tuple(path[path.index(following) :])
            else:
                path.append(following)
                stack.append((following, iter(needs[following])))
    return tuple(done), ()


def _self_only(made: Machine, ref: str) -> bool:
    """Whether a node is free of its own relevance (a calculation may read its old value)."""
    return made.nodes[ref].logic.relevant is None
