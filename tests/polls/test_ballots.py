"""What somebody chose as a ballot, or refused in words: by examples, and for anything at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import LANGUAGES, translator
from surveys.polls.ballot import Choice, ballot_of, choice_of, read_points
from surveys.polls.checking import check
from surveys.polls.errors import (
    BallotRefused,
    ChosenTwice,
    NoneAndSome,
    NotAllPlaced,
    NothingChosen,
    NotOffered,
    NotOnScale,
    NotPoints,
    OverBudget,
    TooFewChosen,
    TooManyChosen,
    TooManyPoints,
    WordsMissing,
    WordsTooLong,
)
from surveys.polls.kinds import METHODS, Counting, Kind, Rules, State, Ties
from surveys.polls.poll import Definition, Option, Poll
from tests.polls.scene import define

GOOD: list[tuple[Kind, dict[str, Any], Choice, str]] = [
    (Kind.SINGLE, {}, Choice(names=("B",)), "B"),
    (Kind.SINGLE, {"none": True}, Choice(names=("none",)), "none"),
    (Kind.MULTIPLE, {}, Choice(names=("C", "A")), "A C"),
    (Kind.MULTIPLE, {"none": True, "least": 2}, Choice(names=("none",)), "none"),
    (Kind.MULTIPLE, {"most": 0}, Choice(names=("A", "B", "C")), "A B C"),
    (Kind.SCALE, {}, Choice(number=" 04 "), "4"),
    (Kind.SCALE, {"least": 0, "most": 10}, Choice(number="0"), "0"),
    (Kind.RANKING, {}, Choice(names=("C", "A")), "C>A"),
    (Kind.RANKING, {"least": 3, "most": 3}, Choice(names=("C", "A", "B")), "C>A>B"),
    (Kind.DOTS, {}, Choice(points={"B": 2, "A": 3, "C": 0}), "A:3 B:2"),
    (Kind.DOTS, {"most": 0}, Choice(points={"C": 5}), "C:5"),
    (Kind.TEXT, {}, Choice(words="  more\ntrees\0 "), "more trees"),
]
REFUSED = [
    (Kind.SINGLE, {}, Choice(), NothingChosen),
    (Kind.SINGLE, {}, Choice(names=("A", "B")), TooManyChosen),
    (Kind.SINGLE, {}, Choice(names=("none",)), NotOffered),
    (Kind.SINGLE, {}, Choice(names=("D",)), NotOffered),
    (Kind.MULTIPLE, {"least": 2}, Choice(names=("A",)), TooFewChosen),
    (Kind.MULTIPLE, {}, Choice(names=("A", "B", "C")), TooManyChosen),
    (Kind.MULTIPLE, {}, Choice(names=("A", "A")), ChosenTwice),
    (Kind.MULTIPLE, {"none": True}, Choice(names=("A", "none")), NoneAndSome),
    (Kind.SCALE, {}, Choice(), NothingChosen),
    (Kind.SCALE, {}, Choice(number="6"), NotOnScale),
    (Kind.SCALE, {}, Choice(number="-1"), NotOnScale),
    (Kind.SCALE, {}, Choice(number="٣"), NotOnScale),
    (Kind.RANKING, {"least": 2}, Choice(names=("A",)), TooFewChosen),
    (Kind.RANKING, {"least": 3, "most": 3}, Choice(names=("A", "B")), NotAllPlaced),
    (Kind.RANKING, {"least": 3, "most": 0}, Choice(names=("A",)), NotAllPlaced),
    (Kind.RANKING, {"most": 1}, Choice(names=("A", "B")), TooManyChosen),
    (Kind.RANKING, {}, Choice(names=("A", "A")), ChosenTwice),
    (Kind.RANKING, {}, Choice(names=("A>B",)), NotOffered),
    (Kind.DOTS, {}, Choice(points={"A": 3, "B": 3}), OverBudget),
    (Kind.DOTS, {}, Choice(points={"A": 4}), TooManyPoints),
    (Kind.DOTS, {}, Choice(points={"A": -1}), NotPoints),
    (Kind.DOTS, {}, Choice(points={"A": 0}), NothingChosen),
    (Kind.DOTS, {}, Choice(points={"Z": 1}), NotOffered),
    (Kind.TEXT, {}, Choice(words=" \n "), WordsMissing),
    (Kind.TEXT, {}, Choice(words="x" * 61), WordsTooLong),
]
NAMES = st.lists(st.sampled_from(["A", "B", "C", "D", "none", "", "A>B", "A B"]), max_size=6)
CHOICES = st.builds(
    Choice,
    names=NAMES,
    number=st.text(max_size=5) | st.integers(-3, 12).map(str),
    points=st.dictionaries(st.sampled_from(["A", "B", "C", "Z"]), st.integers(-2, 9)),
    words=st.text(max_size=80),
)


def poll(kind: Kind, rules: Mapping[str, Any]) -> Poll:
    made: Definition = define(kind, rules=rules)
    return Poll(1, 1, None, "bench", "abcdef", "UTC", None, None, State.OPEN, made)


@pytest.mark.parametrize(("kind", "rules", "choice", "ballot"), GOOD)
def test_a_choice_becomes_a_ballot(kind: Kind, rules: dict[str, Any], choice: Choice, ballot: str) -> None:
    assert ballot_of(poll(kind, rules), choice) == ballot


@pytest.mark.parametrize(("kind", "rules", "choice", "refusal"), REFUSED)
def test_what_is_no_ballot_is_refused_in_words(
    kind: Kind, rules: dict[str, Any], choice: Choice, refusal: type[BallotRefused]
) -> None:
    with pytest.raises(refusal) as caught:
        ballot_of(poll(kind, rules), choice)
    said = {caught.value.say(translator(language)) for language in LANGUAGES}
    assert all(said) and "{" not in "".join(said)


@given(kind=st.sampled_from(list(Kind)), choice=CHOICES, none=st.booleans(), least=st.integers(1, 3))
def test_a_ballot_says_what_was_chosen_or_there_is_none(kind: Kind, choice: Choice, none: bool, least: int) -> None:
    asked = poll(kind, {"none": none and kind in {Kind.SINGLE, Kind.MULTIPLE}, "least": least, "most": 3})
    try:
        ballot = ballot_of(asked, choice)
    except BallotRefused:
        return
    again = choice_of(asked, ballot)
    assert ballot_of(asked, again) == ballot, "a ballot read back is the same ballot"
    assert ballot and ballot.isprintable()
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            assert set(again.names) == set(choice.names) <= set(asked.names)
        case Kind.RANKING:
            assert list(again.names) == list(choice.names) and len(again.names) <= 3
        case Kind.DOTS:
            assert sum(again.points.values()) <= 5 and max(again.points.values()) <= 3


def test_points_are_read_as_they_are_typed() -> None:
    assert [read_points(one) for one in ("", " 3 ", "0")] == [0, 3, 0]
    for wrong in ("-1", "1.5", "many", "99999", "²"):
        with pytest.raises(NotPoints):
            read_points(wrong)


OK, OTHER = {"it": "Sì", "en": "Yes"}, {"it": "No", "en": "No"}


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"title": {"en": "Where?"}}, ["title"]),
        ({"options": (Option("A", OK),)}, ["options"]),
        ({"options": (Option("A", OK), Option("A", OTHER))}, ["options"]),
        ({"options": (Option("a b", OK), Option("none", OTHER))}, ["options", "options"]),
        ({"options": (Option("A", {"en": "No"}), Option("B", OK))}, ["options"]),
        ({"options": (Option("A", OK), Option("B", OK))}, ["options", "options"]),
        ({"rules": Rules(Kind.MULTIPLE, least=3, most=2), "kind": Kind.MULTIPLE}, ["least", "method"]),
        ({"rules": Rules(Kind.SINGLE, shuffled=True)}, []),
        ({"counting": Counting("schulze")}, ["method"]),
        ({"counting": Counting("plurality", Ties.LOT, quorum=101, of_all=True)}, ["quorum"]),
        ({"counting": Counting("plurality", threshold=100)}, ["threshold"]),
        ({"opens_local": "2023-07-20T10:00", "closes_local": "2023-07-20T09:00"}, ["closes"]),
    ],
)
def test_what_does_not_fit_together_is_told_at_once(change: dict[str, Any], about: list[str]) -> None:
    made = replace(define(), **{"title": OK, **change})
    faults = check(made, ["it", "en"])
    assert [one.about for one in faults] == about
    assert all("{" not in one.say(translator(language)) for one in faults for language in LANGUAGES)


def test_every_kind_has_its_rules_and_methods() -> None:
    for kind in Kind:
        assert check(define(kind), ["it", "en"]) == []
        assert METHODS[kind]
    wide = define(Kind.SCALE, rules={"least": 5, "most": 5, "low": {"it": "poco"}, "none": True, "shuffled": True})
    assert [one.about for one in check(wide, ["it", "en"])] == ["least", "low", "none", "shuffled"]
    rich = define(Kind.DOTS, rules={"budget": 36})
    assert [one.about for one in check(rich, ["it"])] == ["budget"]
    long = define(Kind.TEXT, rules={"most": 2001}, options=(Option("A", OK),))
    assert [one.about for one in check(long, ["it"])] == ["options", "most"]
