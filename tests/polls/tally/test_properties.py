"""What is known to hold of the methods, whatever the ballots."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.polls.tally.methods import Method
from tests.polls.tally.profiles import RANKED, Profile, Ranking, count, profiles

CONDORCET = (Method.SCHULZE, Method.RANKED_PAIRS, Method.COPELAND, Method.CONDORCET)
MONOTONE = (Method.PLURALITY, Method.BORDA, Method.SCHULZE, Method.RANKED_PAIRS, Method.COPELAND)
EXAMPLES = settings(max_examples=40)


def renamed(profile: Profile, names: dict[str, str]) -> Profile:
    return [(tuple(tuple(names[one] for one in group) for group in ranking), number) for ranking, number in profile]


def whole(ranking: Ranking, codes: str) -> Ranking:
    rest = tuple(one for one in codes if not any(one in group for group in ranking))
    return (*ranking, rest) if rest else ranking


@pytest.mark.parametrize("method", RANKED)
@EXAMPLES
@given(found=profiles(), data=st.data())
def test_neither_the_order_of_ballots_nor_how_they_are_put_together_matters(
    method: Method, found: tuple[str, Profile], data: st.DataObject
) -> None:
    codes, profile = found
    apart = [(ranking, 1) for ranking, number in profile for _ in range(number)]
    shuffled = data.draw(st.permutations(apart))
    assert count(method, codes, shuffled).to_json() == count(method, codes, profile).to_json()


@pytest.mark.parametrize("method", RANKED)
@EXAMPLES
@given(found=profiles(), data=st.data())
def test_no_option_is_favoured_by_its_name_or_place(
    method: Method, found: tuple[str, Profile], data: st.DataObject
) -> None:
    codes, profile = found
    names = dict(zip(codes, data.draw(st.permutations(codes)), strict=True))
    plain, other = count(method, codes, profile), count(method, codes, renamed(profile, names))
    assert [{names[one] for one in group} for group in plain.ranking] == [set(group) for group in other.ranking]


@pytest.mark.parametrize("method", MONOTONE)
@EXAMPLES
@given(found=profiles(), data=st.data())
def test_a_winner_who_is_raised_on_a_ballot_still_wins(
    method: Method, found: tuple[str, Profile], data: st.DataObject
) -> None:
    codes, profile = found
    winner = data.draw(st.sampled_from(count(method, codes, profile).winners))
    at = data.draw(st.integers(0, len(profile) - 1))
    ranking = whole(profile[at][0], codes)
    place = next(number for number, group in enumerate(ranking) if winner in group)
    without = [tuple(one for one in group if one != winner) for group in ranking]
    higher = data.draw(st.integers(0, place))
    without.insert(higher, (winner,))
    raised = tuple(group for group in without if group)
    changed = [*profile[:at], (raised, profile[at][1]), *profile[at + 1 :]]
    assert winner in count(method, codes, changed).winners


@EXAMPLES
@given(found=profiles())
def test_who_alone_wins_by_schulze_does_not_win_when_all_ballots_are_turned_round(found: tuple[str, Profile]) -> None:
    codes, profile = found
    winners = count(Method.SCHULZE, codes, profile).winners
    turned = [(tuple(reversed(whole(ranking, codes))), number) for ranking, number in profile]
    if len(winners) == 1:
        assert winners[0] not in count(Method.SCHULZE, codes, turned).winners


@pytest.mark.parametrize("method", CONDORCET)
@EXAMPLES
@given(found=profiles())
def test_who_beats_all_others_wins_and_nobody_else_than_the_smith_set(
    method: Method, found: tuple[str, Profile]
) -> None:
    codes, profile = found
    outcome = count(method, codes, profile)
    view = outcome.condorcet
    assert view is not None
    assert set(outcome.winners) <= set(view.smith)
    if view.winner:
        assert outcome.winners == (view.winner,)
        assert view.smith == (view.winner,)
    for one, other in zip(view.circle, view.circle[1:] + view.circle[:1], strict=True):
        assert one.votes > one.against
        assert one.loser == other.winner


@EXAMPLES
@given(found=profiles())
def test_everybody_has_one_place(found: tuple[str, Profile]) -> None:
    codes, profile = found
    for method in RANKED:
        ranking = count(method, codes, profile).ranking
        assert sorted(one for group in ranking for one in group) == list(codes)
        assert all(ranking)


@EXAMPLES
@given(found=profiles())
def test_options_not_named_are_last_alike(found: tuple[str, Profile]) -> None:
    codes, profile = found
    named = [(whole(ranking, codes), number) for ranking, number in profile]
    for method in (*CONDORCET, Method.BORDA, Method.IRV, Method.PLURALITY):
        assert count(method, codes, named).ranking == count(method, codes, profile).ranking
