"""The same ballots counted by votelib, somebody else's library, and by the recount script, written from the rules."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import votelib.component.rankscore
import votelib.convert
import votelib.evaluate.condorcet
import votelib.evaluate.sequential

from core.i18n import translator
from surveys.polls.tally.methods import Method
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.runoff import RunoffWorking
from surveys.polls.tally.scores import Scores
from surveys.polls.tally.sheet import write_sheet
from tests.polls import recount
from tests.polls.tally.profiles import Profile, chance_profile, count, texts

PROFILES = 1000


def theirs(profile: Profile) -> dict[tuple[Any, ...], int]:
    """Ballots as votelib wants them: options that share a place are a set."""
    votes: Counter[tuple[Any, ...]] = Counter()
    for ranking, number in profile:
        votes[tuple(group[0] if len(group) == 1 else frozenset(group) for group in ranking)] += number
    return dict(votes)


def test_a_thousand_profiles_come_out_as_in_another_library() -> None:
    rnd = random.Random(20261130)
    compared: Counter[str] = Counter()
    for number in range(PROFILES):
        codes, profile = chance_profile(rnd, strict=number % 2 == 0)
        votes = theirs(profile)
        pairs = votelib.convert.RankedToCondorcetVotes().convert(votes)
        if len({code for pair in pairs for code in pair}) < len(codes):
            continue  # an option that no ballot names is unknown there
        compared.update(compare_by_pairs(codes, profile, pairs))
        if number % 2 == 0:
            compared.update(compare_by_places(codes, profile, votes))
    assert min(compared.values()) > PROFILES / 5, compared
    assert compared["schulze"] > 0.9 * PROFILES, compared


def compare_by_pairs(codes: str, profile: Profile, pairs: dict[tuple[str, str], int]) -> list[str]:
    condorcet = votelib.evaluate.condorcet
    matrix = count(Method.CONDORCET, codes, profile)
    assert matrix.condorcet is not None
    assert list(matrix.winners) == condorcet.CondorcetWinner().evaluate(pairs)
    assert set(matrix.condorcet.smith) == smith(codes, pairs)
    paths = condorcet.Schulze.widest_paths(pairs)
    unbeaten = {one for one in codes if all(paths.get((one, two), 0) >= paths.get((two, one), 0) for two in codes)}
    assert set(count(Method.SCHULZE, codes, profile).winners) == unbeaten, profile
    wins = condorcet.pairwise_wins(pairs)
    scores = dict.fromkeys(codes, 0) | condorcet.Copeland.scores(wins)
    best = {one for one in codes if scores[one] == max(scores.values())}
    assert set(count(Method.COPELAND, codes, profile).winners) == best, profile
    strengths = [pairs[pair] for pair in wins]
    if len(set(strengths)) < len(strengths) or len(wins) < len(codes) * (len(codes) - 1) / 2:
        return ["condorcet", "schulze", "copeland"]  # what becomes of equals that library leaves to chance
    ranking = condorcet.RankedPairs().evaluate({pair: pairs.get(pair, 0) for pair in every_pair(codes)}, len(codes))
    assert [group for (group,) in count(Method.RANKED_PAIRS, codes, profile).ranking] == ranking, profile
    return ["condorcet", "schulze", "copeland", "ranked-pairs"]


def compare_by_places(codes: str, profile: Profile, votes: dict[tuple[Any, ...], int]) -> list[str]:
    firsts = dict.fromkeys(codes, 0) | votelib.convert.RankedToFirstPreference().convert(votes)
    assert scores_of(count(Method.PLURALITY, codes, profile)) == firsts, profile
    to_points = votelib.convert.RankedToPositionalVotes(votelib.component.rankscore.Borda(base=0))
    assert scores_of(count(Method.BORDA, codes, profile)) == to_points.convert(votes), profile
    outcome = count(Method.IRV, codes, profile)
    assert isinstance(outcome.working, RunoffWorking)
    if any(len(one.leaving) > 1 for one in outcome.working.rounds) or len(outcome.winners) > 1:
        return ["plurality", "borda"]
    # A majority is asked for, more than half: only the last two meet it without a quota.
    runoff = votelib.evaluate.sequential.TransferableVoteSelector(quota_function="droop", eliminate_step=-1)
    assert list(outcome.winners) == runoff.evaluate(votes), profile
    return ["plurality", "borda", "irv"]


def scores_of(outcome: Outcome) -> dict[str, Fraction]:
    assert isinstance(outcome.working, Scores)
    return dict(outcome.working.rows)


def every_pair(codes: str) -> list[tuple[str, str]]:
    return [(one, other) for one in codes for other in codes if one != other]


def smith(codes: str, pairs: dict[tuple[str, str], int]) -> set[str]:
    """The smallest set whose members all beat everybody outside, found by growing it."""
    found: set[str] = set()
    for start in codes:
        grown = {start}
        while more := {
            one
            for one in codes
            if one not in grown and any(pairs.get((two, one), 0) <= pairs.get((one, two), 0) for two in grown)
        }:
            grown |= more
        if not found or len(grown) < len(found):
            found = grown
    return found


def test_the_recount_script_gets_the_same_from_the_sheet(tmp_path: Path) -> None:
    rnd = random.Random(7)
    t = translator("it")
    for number in range(60):
        codes, profile = chance_profile(rnd, strict=False)
        ballots = [*texts(profile), ("none", 2), ("blank", 1)]
        sheet = tmp_path / f"{number}.csv"
        outcome = count(Method.SCHULZE, codes, profile)
        sheet.write_text("".join(write_sheet(outcome, ballots, t)), encoding="utf-8")
        again = recount.recount(sheet, list(codes))
        assert list(outcome.winners) == again["schulze"]
        borda = count(Method.BORDA, codes, profile)
        assert list(borda.winners) == again["borda"]
        assert {one: str(points) for one, points in scores_of(borda).items()} == again["points"]
        told = outcome.to_json()["working"]["paths"]
        assert {f"{one['route'][0]}>{one['route'][-1]}": one["strength"] for one in told} == again["paths"]
