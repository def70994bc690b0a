"""Equally strong comparisons: every order of them is tried."""

from __future__ import annotations

import itertools
import math
import random

from surveys.polls.tally.counting import tally
from surveys.polls.tally.locking import MOST_TRIED, Fate, lock
from surveys.polls.tally.majorities import Majorities
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.rule import Rule
from tests.polls.tally.profiles import typed

MOST_ORDERS = 800


def chance_majorities(rnd: random.Random, size: int, votes: int) -> Majorities:
    above = tuple(tuple(rnd.randint(0, votes) for _ in range(size)) for _ in range(size))
    return Majorities(Options(tuple("ABCDEFGHIJKL"[:size])), above)


def every_order(majorities: Majorities) -> list[set[tuple[int, int]]] | None:
    """What is kept by each order of the comparisons that goes from strong to weak, None where these are too many."""
    pairs = sorted(majorities.pairs(), key=lambda pair: -majorities.strength(*pair))
    equal = [list(group) for _, group in itertools.groupby(pairs, key=lambda pair: majorities.strength(*pair))]
    if math.prod(math.factorial(len(group)) for group in equal) > MOST_ORDERS:
        return None
    found = []
    for orders in itertools.product(*(itertools.permutations(group) for group in equal)):
        kept: set[tuple[int, int]] = set()
        for one, other in itertools.chain.from_iterable(orders):
            if not is_above(kept, other, one):
                kept.add((one, other))
        found.append(kept)
    return found


def is_above(kept: set[tuple[int, int]], one: int, other: int) -> bool:
    return any(two == other or is_above(kept, two, other) for start, two in kept if start == one)


def layer(kept: set[tuple[int, int]], one: int) -> int:
    return 1 + max((layer(kept, two) for two, other in kept if other == one), default=0)


def test_each_option_has_the_best_place_of_all_orders() -> None:
    rnd = random.Random(3)
    tried = depending = 0
    while tried < 250:
        majorities = chance_majorities(rnd, rnd.randint(3, 5), rnd.choice((2, 4, 9)))
        orders = every_order(majorities)
        if orders is None:
            continue
        tried += 1
        ranking, fates = lock(majorities)
        for pair, fate in fates.items():
            kept = [pair in order for order in orders]
            assert fate is (Fate.LOCKED if all(kept) else Fate.DEPENDS if any(kept) else Fate.LEFT_OUT), majorities
        depending += Fate.DEPENDS in fates.values()
        for part in majorities.parts:
            best = {one: min(layer_within(order, part, one) for order in orders) for one in part}
            groups = [group for group in ranking if group[0] in part]
            wanted = [tuple(one for one in part if best[one] == number) for number in sorted(set(best.values()))]
            assert groups == wanted, majorities
    assert depending > 20


def layer_within(kept: set[tuple[int, int]], part: tuple[int, ...], one: int) -> int:
    return layer({pair for pair in kept if set(pair) <= set(part)}, one)


def test_where_many_go_round_equally_strong_ones_that_close_a_circle_are_left_out_together() -> None:
    size = MOST_TRIED + 1
    codes = "ABCDEFGHIJ"[:size]
    # Each comes before the next on most ballots, and the last before the first: all of it equally strong.
    ballots = [(">".join(codes[at:] + codes[:at]), 1) for at in range(size)]
    outcome = tally(Rule(Method.RANKED_PAIRS), Options(tuple(codes)), ballots)
    assert outcome.winners == tuple(codes)
    fates = {one["fate"] for one in outcome.to_json()["working"]["pairs"]}
    assert fates == {"left-out"} | ({"locked"} if size % 2 == 0 else set())
    one_fewer = codes[:-1]
    ballots = [(">".join(one_fewer[at:] + one_fewer[:at]), 1) for at in range(size - 1)]
    outcome = tally(Rule(Method.RANKED_PAIRS), Options(tuple(one_fewer)), ballots)
    assert outcome.winners == tuple(one_fewer)
    assert "depends" in {one["fate"] for one in outcome.to_json()["working"]["pairs"]}


def test_what_depends_on_an_order_is_said() -> None:
    ballots = typed("""
        12 A>D>C>B
        3 B>A>C>D
        25 B>C>A>D
        21 C>B>A>D
        12 D>A>B>C
        21 D>A>C>B
        6 D>B>A>C
    """)
    outcome = tally(Rule(Method.RANKED_PAIRS), Options(tuple("ABCD")), ballots)
    assert outcome.winners == ("B", "C")
    fates = {(one["winner"], one["loser"]): one["fate"] for one in outcome.to_json()["working"]["pairs"]}
    assert fates["A", "D"] == fates["B", "A"] == "locked"
    assert fates["C", "B"] == fates["A", "C"] == "depends"
