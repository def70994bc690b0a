"""Functions over node-sets and their places."""

from __future__ import annotations

import math
from typing import Any

from surveys.engine.functions.kinds import Function, elements, number, text
from surveys.engine.functions.numbers import random
from surveys.engine.functions.shuffle import keep_order, seed_of, shuffled


def position(_: Any, nodes: Any) -> float:
    """The place of a node among its siblings of the same name, from 1; 0 where there is no node."""
    found = elements(nodes)
    return 1.0 + sum(1 for _ in found[0].itersiblings(found[0].tag, preceding=True)) if found else 0.0


def count_non_empty(_: Any, nodes: Any) -> float:
    return float(sum(1 for node in nodes if text([node]))) if isinstance(nodes, list) else math.nan


def indexed_repeat(_: Any, nodes: Any, *places: Any) -> str:
    """The value of the node whose surrounding instances stand at the given places, from 1."""
    if len(places) % 2:
        return ""
    chosen = [_standing(repeats, number(index)) for repeats, index in zip(places[::2], places[1::2], strict=True)]
    for node in elements(nodes):
        around = {node, *node.iterancestors()}
        if not any(around.isdisjoint(instances) for instances in chosen):
            return text([node])
    return ""


def _standing(repeats: Any, index: float) -> set[Any]:
    """The instances that stand at a place among the siblings of their name."""
    places: dict[tuple[Any, str], dict[Any, int]] = {}
    found = set()
    for repeat in elements(repeats):
        parent = repeat.getparent()
        if parent is None:
            continue
        key = parent, repeat.tag
        if key not in places:
            places[key] = {child: place for place, child in enumerate(parent.iterchildren(repeat.tag), 1)}
        if places[key][repeat] == index:
            found.add(repeat)
    return found


def randomize(context: Any, moment: str, nodes: Any, seed: Any = None) -> list[Any]:
    """The nodes in an order that the seed decides, or without one the moment and the place."""
    if not isinstance(nodes, list):
        return []
    drawn = seed_of(seed) if seed is not None else random(context, moment) * 2**31
    return keep_order(context, list(shuffled(nodes, drawn)))


NODES: dict[str, Function] = {
    "position": Function(position, 0, 1),
    "last": Function(None, 0, 0),
    "count": Function(None, 1, 1),
    "count-non-empty": Function(count_non_empty, 1, 1),
    "id": Function(None, 1, 1),
    "lang": Function(None, 1, 1),
    "name": Function(None, 0, 1),
    "local-name": Function(None, 0, 1),
    "namespace-uri": Function(None, 0, 1),
    "indexed-repeat": Function(indexed_repeat, 3, 11),
    "randomize": Function(randomize, 1, 2, ("moment",)),
}
