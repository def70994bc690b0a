"""Small numbers: what few said is not published, nor anything from which it could be worked out. Pure.

A cell is hidden when fewer than `least` people stand behind it. As hidden cells and those that are shown make up a
total that is known, one alone could be worked out: then the smallest of the others is hidden with it (complementary
suppression; see A. Hundepool et al., Statistical Disclosure Control, 2012, chapter 4), until at least two are hidden,
at least `least` people stand behind them together, and whoever knows this rule finds more than one way to share them
out. Nought stays nought, as nobody stands behind it, unless everything else is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

LEAST = 5  # people behind a number that is published, if not told otherwise (ASCOLTO_SMALL_NUMBERS)


def is_small(count: Fraction | int, least: int = LEAST) -> bool:
    return 0 < count < least


def protect(counts: Sequence[int], least: int = LEAST) -> tuple[bool, ...]:
    """Which cells of a total that is known are hidden; all of them where the total itself is small."""
    if is_small(sum(counts), least):
        return (True,) * len(counts)
    hidden = {at for at, count in enumerate(counts) if is_small(count, least)}
    while hidden and not _is_safe([counts[at] for at in hidden], least):
        shown = [at for at, count in enumerate(counts) if count and at not in hidden]
        if not shown:
            break
        smallest = min(counts[at] for at in shown)  # all that are as small: which of them was taken would tell
        hidden |= {at for at in shown if counts[at] == smallest}
    if hidden and all(at in hidden or not count for at, count in enumerate(counts)):
        return (True,) * len(counts)
    return tuple(at in hidden for at in range(len(counts)))


def _is_safe(hidden: Sequence[int], least: int) -> bool:
    """Whether several could stand behind each hidden cell: not all of them 1, nor all the most that is hidden."""
    together, cells = sum(hidden), len(hidden)
    is_most = max(hidden) < least and together == cells * (least - 1)
    return cells > 1 and together >= least and together > cells and not is_most


def protect_each(counts: Sequence[int], of: int, least: int = LEAST) -> tuple[bool, ...]:
    """Which cells are hidden where each stands by itself, of `of` people: few who did, or few who did not."""
    if is_small(of, least):
        return (True,) * len(counts)
    return tuple(is_small(count, least) or is_small(of - count, least) for count in counts)
