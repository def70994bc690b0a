"""The order that a seed decides, the same as in ODK's engines.

Source: ODK XForms specification, `randomize`: the inside-out shuffle of Fisher and Yates over
the generator of Park and Miller (multiplier 16807). JavaRosa and Web Forms agree on both.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from surveys.engine.functions.kinds import number, text

Item = TypeVar("Item")

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807
_LARGEST = 9_223_372_036_854_775_807


def shuffled(found: Sequence[Item], seed: float) -> tuple[Item, ...]:
    """The items in the order of a seed, which is cut to a whole number of 64 bits."""
    made: list[Item] = []
    for at, (item, drawn) in enumerate(zip(found, _numbers(_long(seed)), strict=False)):
        other = int(drawn * (at + 1))
        made.append(item)
        made[at], made[other] = made[other], item
    return tuple(made)


def seed_of(value: Any) -> float:
    """The seed that an XPath value means.

    Blank is 0; a text that is no number gives the first 64 bits of its SHA-256 (JavaRosa 4.5, Web Forms).
    """
    found = number(value)
    written = text(value)
    if not math.isnan(found):
        return found
    if not written or isinstance(value, float):
        return 0
    return int.from_bytes(hashlib.sha256(written.encode()).digest()[:8], "big", signed=True)


def keep_order(context: Any, nodes: list[Any]) -> list[Any]:
    """Remembers the order of nodes for the rest of an expression, as libxml2 puts node-sets into the form's."""
    context.eval_context.setdefault("shuffled", []).append(nodes)
    return nodes


def in_order(context: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a function, shuffled node-sets in their order again."""
    orders = {frozenset(nodes): nodes for nodes in context.eval_context.get("shuffled", ())}
    if not orders:
        return values
    return tuple(orders.get(frozenset(one), one) if isinstance(one, list) else one for one in values)


def _long(seed: float) -> float:
    if math.isnan(seed):
        return 0.0
    return float(math.trunc(max(-_LARGEST, min(seed, _LARGEST))))


def _numbers(seed: float) -> Iterator[float]:
    """Numbers from 0 up to, hardly ever, 1."""
    state = int(math.fmod(seed, _MODULUS))
    state = state if state > 0 else state + _MODULUS - 1
    while True:
        state = state * _MULTIPLIER % _MODULUS
        yield (state - 1) / (_MODULUS - 1)
