"""Ties are broken as was stated, and so that anybody can break them again."""

from __future__ import annotations

import hashlib
import random

import pytest

from surveys.polls.tally.counting import tally
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder, Rule
from tests.polls.tally.profiles import typed

ABC = Options(tuple("ABC"))
TIED = typed("2 A>B>C\n2 B>A>C\n2 C>B>A")


def test_a_place_is_shared_unless_something_else_was_stated() -> None:
    outcome = tally(Rule(Method.PLURALITY), ABC, TIED)
    assert (outcome.winners, outcome.verdict.value, outcome.broken) == (("A", "B", "C"), "shared", ())


def test_in_the_options_order() -> None:
    outcome = tally(Rule(Method.PLURALITY, (ByOrder(),)), Options(("B", "C", "A")), TIED)
    assert (outcome.winners, outcome.ranking) == (("B",), (("B",), ("C",), ("A",)))


def test_by_another_method_then_by_order() -> None:
    by_borda = tally(Rule(Method.PLURALITY, (ByMethod(Method.BORDA),)), ABC, TIED)
    assert by_borda.ranking == (("B",), ("A",), ("C",))
    told = by_borda.to_json()["ties"]
    assert told == [{"options": ["A", "B", "C"], "by": "borda", "groups": [["B"], ["A"], ["C"]], "lots": {}}]
    even = typed("1 A>B>C\n1 B>A>C\n2 C")
    both = tally(Rule(Method.BORDA, (ByMethod(Method.PLURALITY), ByOrder())), ABC, even)
    assert [one["by"] for one in both.to_json()["ties"]] == ["plurality", "order"]
    assert both.ranking == (("C",), ("A",), ("B",))


def test_nobody_beats_all_but_a_stated_method_can_decide_within_the_circle() -> None:
    circle = typed("23 A>B>C\n17 B>C>A\n2 B>A>C\n10 C>A>B\n8 C>B>A")
    assert tally(Rule(Method.CONDORCET), ABC, circle).winners == ()
    assert tally(Rule(Method.CONDORCET, (ByMethod(Method.BORDA),)), ABC, circle).winners == ("B",)


def lot(phrase: str, drawn: str, sheet: str, code: str) -> str:
    """As the rule's words say: four lines, each with its line feed."""
    of_ballots = hashlib.sha256(sheet.encode()).hexdigest()
    return hashlib.sha256(f"{phrase}\n{drawn}\n{of_ballots}\n{code}\n".encode()).hexdigest()


def test_a_lot_is_drawn_again_from_phrase_and_sheet() -> None:
    sheet = "2,A>B>C\n2,B>A>C\n2,C>B>A\n"
    rule = Rule(Method.PLURALITY, (ByLot("the 5th of December", "12 45 71"),))
    outcome = tally(rule, ABC, TIED)
    lots = {code: lot("the 5th of December", "12 45 71", sheet, code) for code in "ABC"}
    assert outcome.ranking == tuple((code,) for code in sorted("ABC", key=lots.__getitem__))
    assert dict(outcome.broken[0].lots) == lots
    shuffled = [*TIED, ("C>B>A", 1)][::-1]
    shuffled[0] = ("C>B>A", 1)
    shuffled[1] = ("C>B>A", 1)
    assert tally(rule, ABC, shuffled).ranking == outcome.ranking


@pytest.mark.parametrize("code", "ABC")
def test_phrase_draw_and_ballots_all_move_the_lot(code: str) -> None:
    """Each option wins about as often as another, whichever of the three changes."""
    rnd = random.Random(1)
    wins = {"phrase": 0, "drawn": 0, "ballots": 0}
    for number in range(150):
        words = str(rnd.random())
        more = [(ballot, number + 1) for ballot, _ in TIED]
        for name, by, ballots in (
            ("phrase", ByLot(words), TIED), ("drawn", ByLot("x", words), TIED), ("ballots", ByLot("x"), more),
        ):  # fmt: skip
            wins[name] += tally(Rule(Method.PLURALITY, (by,)), ABC, ballots).winners == (code,)
    assert all(30 < times < 70 for times in wins.values()), wins
