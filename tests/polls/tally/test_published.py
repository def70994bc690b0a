"""Elections whose results are known, with their figures."""

from __future__ import annotations

import pytest

from surveys.polls.tally.counting import tally
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.rule import Rule
from surveys.polls.tally.runoff import RunoffWorking
from tests.polls.tally.profiles import RANKED, typed

# Where the capital of Tennessee should be, by distance and size of four cities.
TENNESSEE = typed("""
    42 Memphis>Nashville>Chattanooga>Knoxville
    26 Nashville>Chattanooga>Knoxville>Memphis
    15 Chattanooga>Knoxville>Nashville>Memphis
    17 Knoxville>Chattanooga>Nashville>Memphis
""")
# Burlington's mayor, 2009: the three who were left, in the groups that the ballots fell into.
BURLINGTON = typed("""
    1332 Montroll>Kiss>Wright
    767 Montroll>Wright>Kiss
    455 Montroll
    2043 Kiss>Montroll>Wright
    371 Kiss>Wright>Montroll
    568 Kiss
    1513 Wright>Montroll>Kiss
    495 Wright>Kiss>Montroll
    1289 Wright
""")
# M. Schulze's own example of 45 voters.
SCHULZE = typed("""
    5 A>C>B>E>D
    5 A>D>E>C>B
    8 B>E>D>A>C
    3 C>A>B>E>D
    7 C>A>E>B>D
    2 C>B>A>D>E
    7 D>C>E>B>A
    8 E>B>A>D>C
""")
# Condorcet, 1785: sixty voters who go round in a circle.
CONDORCET = typed("""
    23 A>B>C
    17 B>C>A
    2 B>A>C
    10 C>A>B
    8 C>B>A
""")
# Borda, 1781: most first places for the one whom most would have last.
BORDA = typed("""
    1 A>B>C
    7 A>C>B
    7 B>C>A
    6 C>B>A
""")
CITIES = ("Memphis", "Nashville", "Chattanooga", "Knoxville")
MAYORS = ("Kiss", "Montroll", "Wright")


def winners(codes: tuple[str, ...], ballots: list[tuple[str, int]]) -> dict[str, str]:
    return {
        method.value: " ".join(tally(Rule(method), Options(codes), ballots).winners) for method in RANKED
    }  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "ballots", "chosen"),
    [
        (CITIES, TENNESSEE, "Memphis Nashville Knoxville Nashville"),
        (MAYORS, BURLINGTON, "Wright Montroll Kiss Montroll"),
        (tuple("ABC"), BORDA, "A C B C"),
    ],
)
def test_whom_the_methods_choose_where_one_beats_all_others(
    codes: tuple[str, ...], ballots: list[tuple[str, int]], chosen: str
) -> None:
    plurality, borda, irv, others = chosen.split()
    pairwise = dict.fromkeys(("schulze", "ranked-pairs", "copeland", "condorcet"), others)
    assert winners(codes, ballots) == {"plurality": plurality, "borda": borda, "irv": irv, **pairwise}


def test_the_points_of_the_cities() -> None:
    told = tally(Rule(Method.BORDA), Options(CITIES), TENNESSEE).to_json()
    points = {"Nashville": 194, "Chattanooga": 173, "Memphis": 126, "Knoxville": 107}
    assert told["working"]["scores"] == points
    assert told["ranking"] == [[city] for city in points]


def test_the_rounds_of_burlington() -> None:
    outcome = tally(Rule(Method.IRV), Options(MAYORS), BURLINGTON)
    assert isinstance(outcome.working, RunoffWorking)
    first, second = outcome.working.rounds
    assert dict(first.votes) == {"Wright": 3297, "Kiss": 2982, "Montroll": 2554}
    assert (first.leaving, first.majority, first.exhausted) == (("Montroll",), "", 0)
    assert dict(second.votes) == {"Kiss": 4314, "Wright": 4064}
    assert dict(second.gains) == {"Kiss": 1332, "Wright": 767}
    assert (second.exhausted, second.majority, second.leaving) == (455, "Kiss", ("Wright",))
    assert outcome.ranking == (("Kiss",), ("Wright",), ("Montroll",))
    assert outcome.condorcet is not None and outcome.condorcet.winner == "Montroll"
    assert outcome.condorcet.matrix["Montroll"] == {"Kiss": 4067, "Wright": 4597}
    assert outcome.condorcet.matrix["Kiss"] == {"Montroll": 3477, "Wright": 4314}


def test_the_strongest_paths_of_schulzes_example() -> None:
    outcome = tally(Rule(Method.SCHULZE), Options(tuple("ABCDE")), SCHULZE)
    assert outcome.ranking == (("E",), ("A",), ("C",), ("B",), ("D",))
    paths = {(one["route"][0], one["route"][-1]): one for one in outcome.to_json()["working"]["paths"]}
    strengths = {pair: one["strength"] for pair, one in paths.items()}
    rows = {
        "A": (28, 28, 30, 24),
        "B": (25, 28, 33, 24),
        "C": (25, 29, 29, 24),
        "D": (25, 28, 28, 24),
        "E": (25, 28, 28, 31),
    }
    for one, row in rows.items():
        others = [other for other in "ABCDE" if other != one]
        assert tuple(strengths[one, other] for other in others) == row
    assert paths["A", "B"]["route"] == ["A", "D", "C", "B"]


def test_the_circle_of_condorcet() -> None:
    outcome = tally(Rule(Method.CONDORCET), Options(tuple("ABC")), CONDORCET)
    assert (outcome.winners, outcome.verdict.value, outcome.ranking) == ((), "no-winner", (("A", "B", "C"),))
    assert outcome.condorcet is not None
    circle = [(one.winner, one.loser, one.votes, one.against) for one in outcome.condorcet.circle]
    assert circle == [("A", "B", 33, 27), ("B", "C", 42, 18), ("C", "A", 35, 25)]
    ranked_pairs = tally(Rule(Method.RANKED_PAIRS), Options(tuple("ABC")), CONDORCET)
    assert ranked_pairs.ranking == (("B",), ("C",), ("A",))
    fates = [(one["winner"], one["loser"], one["fate"]) for one in ranked_pairs.to_json()["working"]["pairs"]]
    assert fates == [("B", "C", "locked"), ("C", "A", "locked"), ("A", "B", "left-out")]
