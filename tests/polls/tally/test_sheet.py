"""The count sheet: what it tells, what it does not, and that it gives the same again."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from core.i18n import translator
from surveys.polls.tally.ballots import May
from surveys.polls.tally.counting import tally
from surveys.polls.tally.errors import RuleUnreadable
from surveys.polls.tally.methods import Method
from surveys.polls.tally.options import Options
from surveys.polls.tally.outcome import Outcome
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder, Quorum, Rule, Threshold
from surveys.polls.tally.rule_text import rule_from_json, rule_json
from surveys.polls.tally.ruling import rule_in_words
from surveys.polls.tally.sheet import Heading, result_told, rule_told, write_sheet
from surveys.polls.tally.sheet_reading import SheetBallots, open_sheet
from surveys.polls.tally.telling import result_in_words, working_in_words
from tests.polls.recount import options_of
from tests.polls.tally.profiles import typed

ABC = Options(tuple("ABC"))
RANKED = typed("2 B>A=C\n3 A>B\n1 C\n2 B>C=A\n1 none\n4 A>C>B")
CASES = [
    (Rule(Method.SCHULZE, (ByMethod(Method.BORDA), ByOrder())), RANKED),
    (Rule(Method.IRV, (ByLot("a phrase  stated", "7 9"),), Quorum(share=Fraction(1, 3))), RANKED),
    (Rule(Method.RANKED_PAIRS, threshold=Threshold(Fraction(1, 2), strictly=True)), RANKED),
    (Rule(Method.BORDA, quorum=Quorum(100)), RANKED),
    (Rule(Method.COPELAND, quorum=Quorum(share=Fraction(1))), RANKED),
    (Rule(Method.CONDORCET, threshold=Threshold(Fraction(1))), RANKED),
    (Rule(Method.PLURALITY), typed("3 A\n2 C")),
    (Rule(Method.PLURALITY, may=frozenset({May.NONE})), typed("3 A\n2 none")),
    (Rule(Method.APPROVAL, (ByOrder(),)), [("A C", 2), ("B", 2), ("C=A", 1)]),
    (Rule(Method.DOTS), [("A:3 B:1", 2), ("C:4", 1), ("blank", 1)]),
    (Rule(Method.MEAN, scale=(-2, 2)), [("-2", 1), ("1", 4), ("2", 2)]),
]


def counted(rule: Rule, ballots: list[tuple[str, int]]) -> Outcome:
    return tally(rule, None if rule.method is Method.MEAN else ABC, ballots, invited=20)


@pytest.mark.parametrize(("rule", "ballots"), CASES, ids=[rule.method.value for rule, _ in CASES])
@pytest.mark.parametrize("language", ["it", "en", "fr"])
def test_a_sheet_is_read_back_to_the_same_outcome(
    rule: Rule, ballots: list[tuple[str, int]], language: str, tmp_path: Path
) -> None:
    outcome = counted(rule, ballots)
    path = tmp_path / "sheet.csv"
    text = "".join(
        write_sheet(outcome, ballots, translator(language), Heading("Piazze", {"A": "Roma", "B": '=1+1,"x"'}))
    )
    path.write_text(text, encoding="utf-8")
    sheet = open_sheet(path)
    assert sheet.rule is not None and sheet.options is not None
    options = Options(sheet.options) if sheet.options else None
    again = tally(sheet.rule, options, SheetBallots(sheet, sheet.rule.form(options)), sheet.invited)
    assert again.to_json() == outcome.to_json()
    assert sheet.result == result_told(again)
    lines = [line for line in text.splitlines() if not line.startswith('"#')]
    assert lines[0].startswith("count,")
    assert [line.partition(",")[2] for line in lines[1:]] == sorted(line.partition(",")[2] for line in lines[1:])
    told = [cells for cells in csv.reader(io.StringIO(text), strict=True) if cells[0].startswith("#")]
    assert {len(cells) for cells in told} == {1}  # no part of a label is a cell of its own


def test_a_title_is_no_label_and_labels_in_a_sheet_are_not_trusted(tmp_path: Path) -> None:
    outcome = counted(*CASES[0])
    labels = {"A": "Roma", "B": "B: Parco", "C": "Roma"}
    lines = [*write_sheet(outcome, CASES[0][1], translator("it"), Heading("A: dove?", labels, first=("C: no",)))]
    path = tmp_path / "sheet.csv"
    path.write_text("".join(lines), encoding="utf-8")
    assert open_sheet(path).labels == {"B": "B: Parco"}, "what stands for several tells none of them apart"
    assert options_of(path) == list("ABC"), "read by who counts again on their own"
    path.write_text("".join(write_sheet(outcome, CASES[0][1], translator("it"), Heading("rule: dove?"))), "utf-8")
    assert open_sheet(path).rule == outcome.rule
    hostile: list[object] = [[], "A", {"A": ["x"], "Z": "z"}, {"A": "x" * 1000}]
    for told in hostile:
        rule = json.dumps({**rule_told(outcome), "labels": told}).replace('"', '""')
        path.write_text(f'"# A: dove?"\n"# rule: {rule}"\ncount,ranking\n1,A\n', encoding="utf-8")
        assert {code: len(label) for code, label in open_sheet(path).labels.items()} in ({}, {"A": 300})


@pytest.mark.parametrize(("rule", "ballots"), CASES, ids=[rule.method.value for rule, _ in CASES])
@pytest.mark.parametrize("language", ["it", "en", "fr"])
def test_everything_is_said_in_every_language(rule: Rule, ballots: list[tuple[str, int]], language: str) -> None:
    t = translator(language)
    outcome = counted(rule, ballots)
    so_far = result_in_words(outcome, t, str, final=False)
    for told in (rule_in_words(rule, t), result_in_words(outcome, t, str), so_far, working_in_words(outcome, t, str)):
        lines = list(told)
        assert lines
        assert all(line.strip() and not re.search(r"[{}]", line) for line in lines), lines


def test_the_order_of_the_ballots_tells_nothing() -> None:
    rule = Rule(Method.IRV, (ByLot("x"),))
    forth, back = RANKED, [("A>B", 1), *RANKED[::-1][:-1], ("B>A=C", 2)]
    back = [(ballot, count - (ballot == "A>B" and count == 3)) for ballot, count in back]
    sheets = ["".join(write_sheet(counted(rule, one), one, translator("en"))) for one in (forth, back)]
    assert sheets[0] == sheets[1]
    assert "4,B>A=C\n" in sheets[0]  # and the same ballot is written alike by all


@pytest.mark.parametrize("rule", [rule for rule, _ in CASES], ids=lambda rule: rule.method.value)
def test_a_rule_survives_json(rule: Rule) -> None:
    told = rule_json(rule)
    again = rule_from_json(told)
    assert rule_json(again) == told
    assert (again.method, again.quorum, again.threshold) == (rule.method, rule.quorum, rule.threshold)
    assert again.may == rule.may


@pytest.mark.parametrize(
    "told",
    [
        None, [], "borda", {}, {"method": "x"}, {"method": "borda", "ties": 3}, {"method": "borda", "ties": ["lot"]},
        {"method": "borda", "ties": [{"by": "lot"}]}, {"method": "borda", "quorum": "0"},
        {"method": "borda", "quorum": 5},
        {"method": "borda", "threshold": "200%"}, {"method": "mean", "scale": "5..1"},
        {"method": "mean", "threshold": "1/2"},
        {"method": "mean", "scale": "0..999999"}, {"method": "borda", "may": ["x"]}, {"method": "borda", "may": 1},
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(told: object) -> None:
    with pytest.raises(RuleUnreadable):
        rule_from_json(told)


def test_people_read_labels_and_figures_of_their_language() -> None:
    t = translator("it")
    ballots = typed("2 A>B\n1 B>A\n1 A=B")
    outcome = tally(Rule(Method.BORDA, threshold=Threshold(Fraction(1, 3))), Options(("A", "B")), ballots)
    names = {"A": "Piazza Roma", "B": "Parco"}
    assert next(result_in_words(outcome, t, names.__getitem__)) == "Vince “Piazza Roma”."
    assert next(result_in_words(outcome, t, names.__getitem__, final=False)) == "In testa: “Piazza Roma”."
    assert "Piazza Roma: 2,5 punti, 0,62 per scheda." in working_in_words(outcome, t, names.__getitem__)
    alike = tally(Rule(Method.BORDA, (ByOrder(),)), Options(("A", "B")), typed("1 A>B\n1 B>A"))
    for language, said in (
        ("en", "“Piazza Roma”, “Parco” came out alike"),
        ("fr", "«\u00a0Piazza Roma\u00a0», «\u00a0Parco"),
    ):
        words = list(result_in_words(alike, translator(language), names.__getitem__))
        assert any(one.startswith(said) for one in words), words
