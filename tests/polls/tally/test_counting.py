"""What is on a ballot, and what a rule makes of all of them."""

from __future__ import annotations

import itertools
import json
import tracemalloc
from collections.abc import Iterator
from fractions import Fraction

import pytest

from core.errors import Problem
from surveys.polls.tally import gathering, placing
from surveys.polls.tally.ballots import points_text, ranking_text, tidy
from surveys.polls.tally.counting import tally
from surveys.polls.tally.errors import (
    InvitedMissing,
    NoNumber,
    NoOptions,
    NoOrder,
    OffTheScale,
    OptionGivenTwice,
    OptionTwice,
    OptionUnknown,
    OptionWrong,
    PlaceEmpty,
    PointsUnreadable,
    ThresholdUnfit,
    TieRuleUnfit,
    TooManyOptions,
    TooManyPlaces,
    TooManyPoints,
)
from surveys.polls.tally.gathering import heaps, in_order
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.rule import ByMethod, ByOrder, Quorum, Rule, Threshold
from tests.polls.tally.profiles import RANKED, typed

ABC, ABCD = Options(tuple("ABC")), Options(tuple("ABCD"))
HALF = Fraction(1, 2)


def told(rule: Rule, ballots: list[tuple[str, int]], options: Options | None = ABC, invited: int = 0) -> Outcome:
    outcome = tally(rule, options, ballots, invited or None)
    assert json.loads(json.dumps(outcome.to_json())) == outcome.to_json()
    return outcome


def test_tied_options_get_the_mean_of_their_points_and_those_left_out_are_last_alike() -> None:
    outcome = told(Rule(Method.BORDA), typed("1 A>B=C\n1 B"), ABCD)
    assert outcome.to_json()["working"]["scores"] == {"B": "9/2", "A": 4, "C": "5/2", "D": 1}
    assert outcome.ranking == (("B",), ("A",), ("C",), ("D",))


def test_a_shared_first_place_is_shared_vote_by_vote() -> None:
    outcome = told(Rule(Method.PLURALITY), typed("1 A=B>C\n1 C"))
    assert outcome.to_json()["working"]["scores"] == {"C": 1, "A": "1/2", "B": "1/2"}


def test_all_that_are_tied_for_last_leave_together() -> None:
    outcome = told(Rule(Method.IRV), typed("4 A\n3 B\n2 C>B\n2 D>B"), ABCD)
    first, second = outcome.to_json()["working"]["rounds"]
    assert (first["leaving"], first["majority"], second["gains"]) == (["C", "D"], None, {"B": 4, "A": 0})
    assert (second["majority"], second["leaving"]) == ("B", ["A"])
    assert outcome.ranking == (("B",), ("A",), ("C", "D"))


def test_approvals_points_and_numbers() -> None:
    approved = told(Rule(Method.APPROVAL), [("A B", 2), ("B=C", 1), ("none", 1)])
    assert (approved.winners, approved.to_json()["working"]["scores"]) == (("B",), {"B": 3, "A": 2, "C": 1})
    dots = told(Rule(Method.DOTS), [("A:3 B:2", 2), ("B:5", 1)])
    assert (dots.winners, dots.ranking) == (("B",), (("B",), ("A",), ("C",)))
    assert dots.to_json()["working"]["dots"][1] == {"option": "A", "points": 6, "voters": 2, "mean": 2}
    numbers = told(Rule(Method.MEAN, scale=(1, 4)), [("4", 1), ("2", 2), ("1", 1), ("blank", 3)], None)
    assert numbers.to_json()["working"] == {
        "distribution": {"1": 1, "2": 2, "3": 0, "4": 1}, "mean": "9/4", "median": 2,
    }  # fmt: skip
    assert (numbers.winners, numbers.verdict.value) == ((), "measured")
    odd = told(Rule(Method.MEAN), [("0", 1), ("3", 1), ("8", 1)], None)
    assert odd.to_json()["working"]["median"] == 3
    even = told(Rule(Method.MEAN), [("3", 1), ("8", 1)], None)
    assert even.to_json()["working"]["median"] == "11/2"


@pytest.mark.parametrize("method", Method)
def test_without_a_ballot_nobody_wins(method: Method) -> None:
    for ballots in ([], [("none", 2), ("", 1), ("blank", 3)]):
        outcome = told(Rule(method), ballots, None if method is Method.MEAN else ABC)
        assert (outcome.winners, outcome.verdict.value) == ((), "no-ballots")
    assert (outcome.turnout.cast, outcome.turnout.valid, outcome.turnout.none, outcome.turnout.blank) == (6, 2, 2, 4)


def test_a_quorum_of_ballots_or_of_those_invited() -> None:
    ballots = [("A", 3), ("B", 1), ("blank", 1)]
    assert told(Rule(Method.PLURALITY, quorum=Quorum(5)), ballots).winners == ("A",)
    missed = told(Rule(Method.PLURALITY, quorum=Quorum(6)), ballots)
    assert (missed.winners, missed.verdict.value, missed.ranking[0]) == ((), "no-quorum", ("A",))
    third = Rule(Method.PLURALITY, quorum=Quorum(share=Fraction(1, 3)))
    assert told(third, ballots, invited=15).winners == ("A",)
    assert told(third, ballots, invited=16).verdict.value == "no-quorum"
    with pytest.raises(InvitedMissing):
        tally(third, ABC, ballots)


@pytest.mark.parametrize(
    ("method", "ballots", "reaches"),
    [
        (Method.PLURALITY, [("A", 5), ("B", 3), ("none", 2), ("blank", 9)], HALF),
        (Method.APPROVAL, [("A B", 4), ("A", 1), ("C", 3), ("none", 2)], HALF),
        (Method.IRV, [("A", 4), ("B>A", 1), ("C", 4), ("none", 1)], HALF),
        (Method.SCHULZE, [("A>B", 3), ("B>A", 2), ("C", 5)], HALF),
        (Method.DOTS, [("A:5", 1), ("B:3 C:2", 1)], HALF),
    ],
)
def test_a_threshold_is_reached_or_exceeded(method: Method, ballots: list[tuple[str, int]], reaches: Fraction) -> None:
    reached = told(Rule(method, threshold=Threshold(reaches)), ballots)
    assert "A" in reached.winners
    exceeded = told(Rule(method, threshold=Threshold(reaches, strictly=True)), ballots)
    assert (exceeded.winners, exceeded.verdict.value) == ((), "below-threshold")
    assert reached.threshold is not None and "A" in reached.threshold.met_by


def test_a_rule_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ThresholdUnfit):
        Rule(Method.MEAN, threshold=Threshold(HALF))
    with pytest.raises(TieRuleUnfit):
        Rule(Method.DOTS, (ByMethod(Method.BORDA),))
    with pytest.raises(NoOptions):
        tally(Rule(Method.BORDA), None, [])


@pytest.mark.parametrize(
    ("method", "ballot", "error"),
    [
        (Method.BORDA, "A>X", OptionUnknown),
        (Method.BORDA, "A>B>A", OptionTwice),
        (Method.BORDA, "A=A", OptionTwice),
        (Method.BORDA, "A>>B", PlaceEmpty),
        (Method.BORDA, ">A", PlaceEmpty),
        (Method.BORDA, "A>", PlaceEmpty),
        (Method.BORDA, "A>B>C>A", TooManyPlaces),
        (Method.BORDA, ">" * 100_000, TooManyPlaces),
        (Method.BORDA, "A B", OptionUnknown),
        (Method.BORDA, "NONE", OptionUnknown),
        (Method.APPROVAL, "A>B", NoOrder),
        (Method.APPROVAL, "A A", OptionTwice),
        (Method.DOTS, "A", PointsUnreadable),
        (Method.DOTS, "A:-1", PointsUnreadable),
        (Method.DOTS, "A:١", PointsUnreadable),
        (Method.DOTS, "A:1 A:2", OptionTwice),
        (Method.DOTS, "A:999999999", TooManyPoints),
        (Method.DOTS, "X:1", OptionUnknown),
        (Method.MEAN, "4.5", NoNumber),
        (Method.MEAN, "99", OffTheScale),
    ],
)
def test_a_ballot_that_cannot_be_read_is_told(method: Method, ballot: str, error: type[Problem]) -> None:
    with pytest.raises(error) as told:
        tally(Rule(method), ABC, [(ballot, 1)])
    assert str(told.value)


@pytest.mark.parametrize(
    "code", ["", "none", "blank", "A B", "=A", "-A", "@A", "A>B", "A,B", "A;B", 'A"', "A\n", "A\u202e", "A" * 65]
)
def test_a_code_that_could_be_taken_for_something_else_is_refused(code: str) -> None:
    with pytest.raises(OptionWrong):
        Options(("B", code))


def test_options_are_few_and_different() -> None:
    assert Options(("piazza-Roma", "Ödön", "3")).codes
    with pytest.raises(OptionGivenTwice):
        Options(("A", "A"))
    with pytest.raises(TooManyOptions):
        Options(tuple(f"o{number}" for number in range(101)))
    with pytest.raises(NoOptions):
        Options(())


def test_a_ballot_is_always_written_alike() -> None:
    ranked, chosen = Rule(Method.IRV).form(ABC), Rule(Method.APPROVAL).form(ABC)
    assert [tidy(ranked, text) for text in (" B = A > C ", "C", "", "none", " blank ")] == [
        "A=B>C",
        "C",
        "blank",
        "none",
        "blank",
    ]
    assert [tidy(chosen, text) for text in ("C A", "C=A", "B")] == ["A C", "A C", "B"]
    assert tidy(Rule(Method.DOTS).form(ABC), "C:2  A:3 B:0") == "A:3 C:2"
    assert tidy(Rule(Method.MEAN).form(None), "007") == "7"
    assert ranking_text([["A"], ["B", "C"]]) == "A>B=C"
    assert (points_text({"A": 3, "B": 0}), ranking_text([]), points_text({})) == ("A:3", "blank", "blank")


class Counted:
    """Ballots that know how often they were read."""

    def __init__(self, ballots: list[tuple[str, int]]) -> None:
        self.ballots, self.times = ballots, 0

    def __iter__(self) -> Iterator[tuple[str, int]]:
        self.times += 1
        return iter(self.ballots)


def test_few_ballots_are_held_at_a_time_and_the_outcome_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ballots = typed("5 A>C>B>D\n4 D>A\n2 B=C>A\n1 none\n3 C>B>D>A\n2 D>B>C>A\n5 A>C>B>D\n1 D>C>B\n2 blank\n1 B>A=D")
    ways = (ByOrder(),)
    plain = {method: told(Rule(method, ways), ballots, ABCD) for method in RANKED}
    monkeypatch.setattr(placing.Places.__init__, "__defaults__", (3,))
    for method in RANKED:
        source = Counted(ballots)
        assert tally(Rule(method, ways), ABCD, source, most=2).to_json() == plain[method].to_json()
        assert source.times > 1
    assert [len(heap) for heap in heaps(ballots, 2)] == [3, 3, 3, 1]
    assert gathering.MOST >= 109_600  # all ways to rank some or all of eight options


def peak_of(different: int) -> int:
    """Bytes held at most while so many ballots are counted, all of them different."""
    options = Options(tuple("ABCDEFGH"))
    every = itertools.permutations(options.codes)
    ballots = Made([">".join(ranking) for ranking in itertools.islice(every, different)])
    tracemalloc.start()
    try:
        tally(Rule(Method.SCHULZE), options, ballots, most=100)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Made:
    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((text, 1) for text in self.texts)


def test_memory_does_not_grow_with_the_ballots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing.Places.__init__, "__defaults__", (100,))
    few, many = peak_of(1000), peak_of(6000)
    assert many < 4 * few, (few, many)  # Python keeps the room of up to 2,000 tuples that are gone


def test_ballots_that_can_be_read_only_once_are_refused() -> None:
    with pytest.raises(TypeError):
        tally(Rule(Method.IRV), ABC, iter([("A", 1)]))


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_ballots_are_sorted_by_what_stands_on_them(most: int) -> None:
    ballots = [("C", 1), ("A", 2), ("B>A", 1), ("C", 4), ("B", 1), ("A", 1), ("none", 2), ("C>A", 1)]
    assert list(in_order(ballots, most)) == [("A", 3), ("B", 1), ("B>A", 1), ("C", 5), ("C>A", 1), ("none", 2)]
