"""Functions over node-sets and their places."""

from __future__ import annotations

import random
from typing import Any

from surveys.engine.functions.kinds import Function, number, text


def position(_: Any, nodes: Any) -> float:
    """The place of a node among its siblings of the same name, from 1."""
    if not nodes:
        return 0.0
    node = nodes[0]
    return 1.0 + sum(1 for _ in node.itersiblings(node.tag, preceding=True))


def count_non_empty(_: Any, nodes: Any) -> float:
    return float(sum(1 for node in nodes if text([node])))


def indexed_repeat(_: Any, nodes: Any, *places: Any) -> str:
    """The value of the node whose surrounding instances stand at the given places."""
    for node in nodes:
        chain = [node, *node.iterancestors()]
        pairs = zip(places[::2], places[1::2], strict=False)
        if all(_stands(chain, repeats, number(index)) for repeats, index in pairs):
            return text([node])
    return ""


def _stands(chain: list[Any], repeats: Any, index: float) -> bool:
    return any(one in repeats and position(None, [one]) == index for one in chain)


def randomize(_: Any, nodes: Any, seed: Any = None) -> Any:
    """The nodes in an order that the seed decides; without one they stay as they are."""
    shuffled = list(nodes)
    if seed is not None:
        random.Random(text(seed)).shuffle(shuffled)
    return shuffled


NODES: dict[str, Function] = {
    "position": Function(position, 0, 1),
    "last": Function(None, 0, 0),
    "count": Function(None, 1, 1),
    "count-non-empty": Function(count_non_empty, 1, 1),
    "name": Function(None, 0, 1),
    "local-name": Function(None, 0, 1),
    "indexed-repeat": Function(indexed_repeat, 3, 7),
    "randomize": Function(randomize, 1, 2),
}
