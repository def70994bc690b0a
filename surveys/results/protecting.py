"""Small numbers: what few said is not published, nor anything from which it could be worked out. Pure.

A cell is hidden when fewer than `least` people stand behind it. As hidden cells and those that are shown make up a
total that is known, one alone could be worked out: then the smallest of the others is hidden with it, until at least
two are hidden and at least `least` people stand behind them together (complementary suppression; see A. Hundepool et
al., Statistical Disclosure Control, 2012, chapter 4). Nought stays nought: nobody stands behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 5  # people behind a number that is published, if not told otherwise (ASCOLTO_SMALL_NUMBERS)


def is_small(count: int, least: int = LEAST) -> bool:
    return 0 < count < least


def protect(counts: Sequence[int], least: int = LEAST) -> tuple[bool, ...]:
    """Which cells of a total that is known are hidden; all of them where the total itself is small."""
    if is_small(sum(counts), least):
        return (True,) * len(counts)
    hidden = {at for at, count in enumerate(counts) if is_small(count, least)}
    while hidden and (len(hidden) == 1 or sum(counts[at] for at in hidden) < least):
        shown = [at for at, count in enumerate(counts) if count and at not in hidden]
        hidden.add(min(shown, key=lambda at: counts[at]))
    return tuple(at in hidden for at in range(len(counts)))


def protect_each(counts: Sequence[int], of: int, least: int = LEAST) -> tuple[bool, ...]:
    """Which cells are hidden where each stands by itself, of `of` people: few who did, or few who did not."""
    if is_small(of, least):
        return (True,) * len(counts)
    return tuple(is_small(count, least) or is_small(of - count, least) for count in counts)
