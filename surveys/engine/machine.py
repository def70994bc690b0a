"""A form made ready to run: every expression compiled, the order of computing known.

All references here are the form's own, without positions; what is true of one instance of a
repeat is true of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from surveys.engine.expressions import Compiled, Scope, compile_expression
from surveys.engine.form import Expression, Form, Group, Kind, Node, Question
from surveys.engine.functions import Function
from surveys.engine.layout import Counts, Layout, every_node, lay_out
from surveys.engine.lists import Lists
from surveys.engine.refs import parent_ref, within
from surveys.engine.syntax import ExpressionFault
from surveys.engine.texts import gaps

_DATED = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME})
_COMPUTED = ("relevant", "calculation")
_LAYOUTS_KEPT = 64


@dataclass(frozen=True)
class ExpressionError:
    """Where an expression of a form cannot be used; `part` is its field in Logic, or "label"."""

    ref: str
    part: str
    source: str
    fault: ExpressionFault


@dataclass(frozen=True)
class Dependents:
    """What a change of a node may change, in the order of computing.

    `apart` are those that read the nodes of several instances: a change in one concerns all of theirs.
    """

    refs: tuple[str, ...]
    apart: frozenset[str]


@dataclass
class Machine:
    """What is the same for everyone who answers a form; made once by `machine(form)`."""

    form: Form
    nodes: dict[str, Node] = field(default_factory=dict)
    compiled: dict[tuple[str, str], Compiled] = field(default_factory=dict)
    faults: list[ExpressionError] = field(default_factory=list)
    doubts: list[ExpressionError] = field(default_factory=list)  # legal, and hardly what was meant
    order: tuple[str, ...] = ()  # every node after those it depends on
    cycle: tuple[str, ...] = ()  # references that depend on one another
    conditions: dict[str, Compiled] = field(default_factory=dict)  # from outside the form (`engine/conditions.py`)

    def __post_init__(self) -> None:
        self.nodes = {node.ref: node for node in every_node(self.form.root)}
        self.lists = Lists(self.form, self.nodes)
        self._laid_out = lru_cache(_LAYOUTS_KEPT)(lambda counts: lay_out(self.form, dict(counts)))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(self.form.questions())

    @cached_property
    def repeats(self) -> tuple[Group, ...]:
        return tuple(node for node in self.nodes.values() if isinstance(node, Group) and node.repeat is not None)

    @cached_property
    def repeating(self) -> frozenset[str]:
        return frozenset(group.ref for group in self.repeats)

    @cached_property
    def counted(self) -> frozenset[str]:
        """The repeats that are asked as often as an expression says."""
        return frozenset(one.ref for one in self.repeats if one.repeat is not None and one.repeat.count is not None)

    @cached_property
    def _dated(self) -> frozenset[str]:
        return frozenset(ref for ref, one in self.nodes.items() if isinstance(one, Question) and one.kind in _DATED)

    @cached_property
    def _special(self) -> dict[str, Function]:
        """The functions that read the form itself."""
        return {
            "instance": Function(self.lists.instance, 1, 1),
            "pulldata": Function(self.lists.pulldata, 4, 4),
            "jr:itext": Function(self.lists.itext, 1, 1, ("language",)),
            "jr:choice-name": Function(self.lists.choice_name, 2, 2, ("language",)),
        }

    def scope(self, ref: str) -> Scope:
        """What an expression that belongs to a node is compiled against."""
        return Scope(ref, self._dated, self.repeating, self._special)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """A number for each question and repeat, from 1, the same as long as the form is."""
        numbered = (ref for ref, node in self.nodes.items() if isinstance(node, Question) or ref in self.repeating)
        return {ref: number for number, ref in enumerate(numbered, 1)}

    @cached_property
    def numbered(self) -> dict[int, str]:
        return {number: ref for ref, number in self.numbers.items()}

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """Nodes whose relevance or value follows the clock."""
        return tuple(ref for ref in self.nodes if any("now" in one.variables for one in self.computing(ref)))

    @cached_property
    def remembers(self) -> bool:
        """Whether the form asks for what was sent before."""
        return any("earlier" in one.variables for one in self.compiled.values())

    @cached_property
    def speaking(self) -> tuple[str, ...]:
        """Nodes whose relevance or value follows the language."""
        return tuple(ref for ref in self.order if any("language" in one.variables for one in self.computing(ref)))

    @cached_property
    def filtered(self) -> tuple[tuple[Question, frozenset[str]], ...]:
        """The questions whose choices depend on answers, with what they depend on."""
        keys = ((one, (one.ref, found.source)) for one in self.questions if (found := offer_expression(one)))
        return tuple((one, self.compiled[key].references) for one, key in keys if key in self.compiled)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {ref: rank for rank, ref in enumerate(self.order)}

    @cached_property
    def _edges(self) -> dict[str, dict[str, bool]]:
        """For each node those that need it directly, and whether they read it in several instances."""
        direct: dict[str, dict[str, bool]] = {ref: {} for ref in self.nodes}
        for ref in self.nodes:
            for needed, apart in self.needs(ref).items():
                direct[needed][ref] = apart
        return direct

    @cached_property
    def _closures(self) -> dict[str, Dependents]:
        return {}

    def layout(self, counts: Counts) -> Layout:
        """The nodes for a number of instances; responses with the same numbers share it."""
        return self._laid_out(tuple(sorted(counts.items())) if self.repeats else ())

    def dependents(self, ref: str) -> Dependents:
        """All nodes that a change of this one may change."""
        if ref not in self._closures:
            found: dict[str, bool] = {}
            waiting = [(ref, False)]
            while waiting:
                at, apart = waiting.pop()
                for one, crosses in self._edges[at].items():
                    reached = apart or crosses
                    if one not in found or (reached and not found[one]):
                        found[one] = reached
                        waiting.append((one, reached))
            alone = found.pop(ref, False)
            refs = tuple(sorted((*found, *([ref] if alone else ())), key=self._ranks.__getitem__))
            self._closures[ref] = Dependents(refs, frozenset(one for one in refs if found.get(one, True)))
        return self._closures[ref]

    def computing(self, ref: str) -> Iterator[Compiled]:
        """The expressions that decide a node's relevance, value and number of instances."""
        node = self.nodes[ref]
        wanted = [getattr(node.logic, part) for part in _COMPUTED]
        if isinstance(node, Group) and node.repeat is not None:
            wanted.append(node.repeat.count)
        for expression in wanted:
            if expression is not None and (ref, expression.source) in self.compiled:
                yield self.compiled[ref, expression.source]

    def needs(self, ref: str) -> dict[str, bool]:
        """The nodes that a node is computed from, and whether it reads them in several instances."""
        parent = parent_ref(ref)
        found = {parent: False} if parent in self.nodes else {}
        logic = self.nodes[ref].logic
        for compiled in self.computing(ref):
            own = logic.relevant is not None and compiled.source == logic.relevant.source
            for reference in compiled.references:
                apart = reference in compiled.collective
                for one in self._leaves(reference):
                    if own or one != ref or apart:
                        found[one] = found.get(one, False) or apart
        return found

    def _leaves(self, reference: str) -> Iterator[str]:
        node = self.nodes.get(reference)
        if isinstance(node, Group):
            if node.repeat is not None:
                yield reference
            yield from (ref for ref, one in self.nodes.items() if within(ref, reference) and isinstance(one, Question))
        elif node is not None:
            yield reference


def machine(form: Form) -> Machine:
    """The machine of a form, made at the first call and kept with the form."""
    made: Machine | None = form.__dict__.get("_machine")
    if made is None:
        made = build(form)
        object.__setattr__(form, "_machine", made)
    return made


def build(form: Form) -> Machine:
    made = Machine(form)
    for ref, part, expression in expressions(form):
        _compile(made, part, expression, made.scope(ref))
    made.order, made.cycle = _sort(made)
    return made


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
    for node in every_node(form.root):
        yield from _node_expressions(form, node)


def _node_expressions(form: Form, node: Node) -> Iterator[tuple[str, str, Expression]]:
    for part in ("relevant", "required", "readonly", "constraint", "calculation", "default"):
        expression = getattr(node.logic, part)
        if isinstance(expression, Expression):
            yield node.ref, part, expression
    texts = [("label", node.label), ("constraint_message", node.logic.constraint_message)]
    texts.append(("required_message", node.logic.required_message))
    if isinstance(node, Question):
        texts += [("hint", node.hint), ("guidance_hint", node.guidance)]
        yield from _question_expressions(node)
        texts.extend(("choices", choice.label) for choice in form.choices.get(node.choices, ()))
    elif node.repeat is not None and node.repeat.count is not None:
        yield node.ref, "repeat_count", node.repeat.count
    for part, found in texts:
        for expression in gaps(found):
            yield node.ref, part, expression


def _question_expressions(question: Question) -> Iterator[tuple[str, str, Expression]]:
    for target, expression in question.triggers:
        yield target, "trigger", expression
    offer = offer_expression(question)
    if offer is not None:
        yield question.ref, "choice_filter", offer
    seed = question.parameters.get("seed")
    if seed:
        yield question.ref, "parameters", Expression(seed)


def offer_expression(question: Question) -> Expression | None:
    """The nodes that a question offers, None where it offers a whole list."""
    if question.offered is not None:
        return question.offered.nodes
    condition = question.logic.choice_filter
    if not question.choices or condition is None:
        return None
    return Expression(f"instance('{question.choices}')/root/item[{condition.source}]")


def _sort(made: Machine) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Nodes in the order of computing (form order where free), and a cycle if there is one."""
    needs = {ref: sorted(_needed_first(made, ref)) for ref in made.nodes}
    done: dict[str, None] = {}
    for start in made.nodes:
        path = [start]
        stack = [(start, iter(needs[start]))]
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


def _needed_first(made: Machine, ref: str) -> set[str]:
    """What is computed before a node: itself only where its own relevance asks for its value.

    A running total reads the same node in the instance before, which comes first by itself.
    """
    needs = made.needs(ref)
    free = made.nodes[ref].logic.relevant is None or needs.get(ref, False)
    return needs.keys() - ({ref} if free else set())
