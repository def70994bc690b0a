"""Rankings with shared places, out of scores or out of who is above whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import groupby

from surveys.polls.tally.options import Groups


def by_score(scores: Sequence[Fraction | int], among: Iterable[int] | None = None) -> Groups:
    """The highest first; equal scores share a place."""
    places = range(len(scores)) if among is None else among
    ordered = sorted(places, key=lambda one: (-scores[one], one))
    return tuple(tuple(group) for _, group in groupby(ordered, key=lambda one: scores[one]))


def by_layers(options: Iterable[int], is_above: Callable[[int, int], bool]) -> Groups:
    """First those whom nobody is above, then those whom nobody of the rest is above, and so on.

    `is_above` holds no circle.
    """
    layers = []
    rest = tuple(options)
    while rest:
        layer = tuple(one for one in rest if not any(is_above(other, one) for other in rest))
        layers.append(layer)
        rest = tuple(one for one in rest if one not in layer)
    return tuple(layers)
