"""The nodes of a form for a number of instances of each repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from math import inf
from typing import Any

from lxml import etree

from surveys.engine.form import Form, Group, Kind, Logic, Node, Question
from surveys.engine.refs import form_ref, parent_ref, shared_instance, within

MOST_INSTANCES = 1_000  # of one repeat within one part
MOST_NODES = 20_000  # of a whole response
Counts = Mapping[str, int]
"""How many instances a repeat has, by its reference (`/data/person`, `/data/person[1]/child`)."""

_UNCOUNTED = frozenset({Kind.NOTE, Kind.REPEAT})


@dataclass(frozen=True)
class Layout:
    """`nodes` by reference in form order; those of kind "repeat" stand for no answer and no element."""

    nodes: dict[str, Node] = field(default_factory=dict)
    instances: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by the form's own reference
    counts: dict[str, int] = field(default_factory=dict)
    elements: tuple[str, ...] = ()  # references in the order of the tree's elements
    template: Any = None

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All that holds a value."""
        return tuple(
            node for node in self.nodes.values() if isinstance(node, Question) and node.kind is not Kind.REPEAT
        )

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """All that a person is asked, in order, whether one more instance is wanted among it."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Question) and node.asked)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each asked question among them, from 0."""
        return {question.ref: place for place, question in enumerate(self.asked)}

    @cached_property
    def parents(self) -> dict[str, str]:
        return {ref: parent for ref in self.nodes if (parent := parent_ref(ref)) in self.nodes}

    @cached_property
    def counted_before(self) -> tuple[int, ...]:
        """For each place among the asked, and for the end: how many before it count as questions."""
        return tuple(accumulate((one.kind not in _UNCOUNTED for one in self.asked), initial=0))

    def following(self, ref: str) -> tuple[Question, ...]:
        """What is asked after a question, also where the question's instance is gone."""
        if ref in self.places:
            return self.asked[self.places[ref] + 1 :]
        key = self.sort_key(ref)
        return tuple(question for question in self.asked if self.sort_key(question.ref) > key)

    def sort_key(self, ref: str) -> tuple[tuple[int, float], ...]:
        """Sorts references in form order; what stands for a whole repeat comes after its instances."""
        parts = ref.split("/")[1:]
        found, form = [], ""
        for at, part in enumerate(parts):
            name, _, position = part.partition("[")
            form = f"{form}/{name}"
            last = inf if at == len(parts) - 1 and ref in self.counts else 0
            found.append((self._form_order.get(form, -1), float(position[:-1]) if position else last))
        return tuple(found)

    @cached_property
    def _form_order(self) -> dict[str, int]:
        return {ref: place for place, ref in enumerate(self.instances)}

    def near(self, form: str, ref: str) -> tuple[str, ...]:
        """The nodes of a form reference that share their instances with a node."""
        found = self.instances.get(form, ())
        if "[" not in ref or len(found) < 2:
            return found
        shared = shared_instance(form, ref)
        return tuple(one for one in found if within(one, shared) or one == shared) if shared else found


def lay_out(form: Form, counts: Counts) -> Layout:
    """The layout for a number of instances; repeats that `counts` leaves out begin as the form says.

    At most MOST_INSTANCES of a repeat and MOST_NODES in all are laid out.
    """
    made = Layout(template=etree.Element(form.root.name))
    builder = _Builder(made, counts)
    builder.lay(form.root, form.root.ref, made.template)
    instances: dict[str, list[str]] = {one.ref: [] for one in every_node(form.root)}
    for ref in builder.elements:
        instances[form_ref(ref)].append(ref)
    found = {ref: tuple(refs) for ref, refs in instances.items()}
    return replace(made, instances=found, elements=tuple(builder.elements))


def every_node(node: Node) -> Iterator[Node]:
    """A node and all below it, in form order."""
    yield node
    for child in node.children if isinstance(node, Group) else ():
        yield from every_node(child)


class _Builder:
    def __init__(self, made: Layout, counts: Counts) -> None:
        self.made = made
        self.counts = counts
        self.elements: list[str] = []

    def lay(self, node: Node, ref: str, element: Any) -> None:
        self.made.nodes[ref] = node if ref == node.ref else replace(node, ref=ref)
        self.elements.append(ref)
        for child in node.children if isinstance(node, Group) else ():
            below = f"{ref}/{child.name}"
            if isinstance(child, Group) and child.repeat is not None:
                self._repeat(child, below, element)
            else:
                self.lay(child, below, etree.SubElement(element, child.name))

    def _repeat(self, group: Group, ref: str, element: Any) -> None:
        assert group.repeat is not None
        wanted = self.counts.get(ref, 0 if group.repeat.count is not None else group.repeat.first)
        size = sum(1 for _ in every_node(group))
        room = max(0, MOST_NODES - len(self.elements)) // size
        count = max(0, min(wanted, MOST_INSTANCES, room))
        self.made.counts[ref] = count
        for position in range(1, count + 1):
            self.lay(group, f"{ref}[{position}]", etree.SubElement(element, group.name))
        if group.repeat.count is None:
            logic = Logic(relevant=group.logic.relevant)
            self.made.nodes[ref] = Question(ref, group.name, Kind.REPEAT, group.label, logic=logic)


def tree_of(layout: Layout) -> tuple[Any, dict[str, Any]]:
    """A fresh tree of a layout, and its elements by reference."""
    root = deepcopy(layout.template)
    return root, dict(zip(layout.elements, root.iter(), strict=True))
