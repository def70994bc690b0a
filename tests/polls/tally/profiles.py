"""Ballots for tests: made by chance, by Hypothesis, or typed in."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from surveys.polls.tally.counting import tally
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.rule import Rule

Ranking = tuple[tuple[str, ...], ...]
Profile = list[tuple[Ranking, int]]
RANKED = (
    Method.PLURALITY, Method.BORDA, Method.IRV, Method.SCHULZE, Method.RANKED_PAIRS, Method.COPELAND, Method.CONDORCET,
)  # fmt: skip
CODES = "ABCDEFGHIJ"


def texts(profile: Iterable[tuple[Ranking, int]]) -> list[tuple[str, int]]:
    return [(">".join("=".join(group) for group in ranking), count) for ranking, count in profile]


def count(method: Method, codes: Sequence[str], profile: Profile) -> Outcome:
    return tally(Rule(method), Options(tuple(codes)), texts(profile))


def typed(lines: str) -> list[tuple[str, int]]:
    """`42 A>B>C` a line."""
    split = (line.split() for line in lines.strip().splitlines())
    return [(ballot, int(number)) for number, ballot in split]


def chance_profile(rnd: random.Random, *, strict: bool) -> tuple[str, Profile]:
    """Options and ballots; strict rankings name all, one after the other."""
    codes = CODES[: rnd.randint(2, 6)]
    profile: Profile = []
    for _ in range(rnd.randint(1, 25)):
        shuffled = rnd.sample(codes, len(codes))
        named = shuffled if strict else shuffled[: rnd.randint(1, len(codes))]
        profile.append((_grouped(rnd, named, 0 if strict else 0.25), rnd.randint(1, 9)))
    return codes, profile


def _grouped(rnd: random.Random, shuffled: list[str], ties: float) -> Ranking:
    groups: list[tuple[str, ...]] = []
    for one in shuffled:
        if groups and rnd.random() < ties:
            groups[-1] = (*groups[-1], one)
        else:
            groups.append((one,))
    return tuple(groups)


@st.composite
def rankings(draw: st.DrawFn, codes: str) -> Ranking:
    """With ties, and with options left out at the end."""
    shuffled = draw(st.permutations(codes))
    named = shuffled[: draw(st.integers(1, len(codes)))]
    groups: list[tuple[str, ...]] = [(named[0],)]
    for one in named[1:]:
        if draw(st.integers(0, 3)):
            groups.append((one,))
        else:
            groups[-1] = (*groups[-1], one)
    return tuple(groups)


@st.composite
def profiles(draw: st.DrawFn, most_options: int = 5) -> tuple[str, Profile]:
    codes = CODES[: draw(st.integers(2, most_options))]
    ballots = st.lists(st.tuples(rankings(codes), st.integers(1, 5)), min_size=1, max_size=8)
    return codes, draw(ballots)
