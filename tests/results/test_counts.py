"""Counting is pure: the same answers give the same result, whatever their order and number."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.counts import Given, QuestionResult, count
from surveys.xlsform.compile import compile_form
from tests.responses.scene import FORM

form = compile_form(FORM.encode(), "follow-up.md", name="follow-up", version=1).form


def result(name: str, *found: Given, language: str = "en", texts: int = 200) -> QuestionResult:
    return next(one for one in count(form, found, language, texts) if one.name == name)


def test_choices_are_counted_with_their_labels() -> None:
    found = result("member", Given("/data/member", "yes", 3), Given("/data/member", "no"), language="it")
    assert [(one.label, one.count, one.share) for one in found.bars] == [("Sì", 3, 0.75), ("No", 1, 0.25)]
    assert found.label == "Lei è socio?" and found.answered == 4


def test_several_choices_share_out_more_than_the_whole() -> None:
    found = result("axes", Given("/data/axes", "green health"), Given("/data/axes", "green"))
    assert [(one.value, one.count, one.share) for one in found.bars] == [
        ("green", 2, 1.0),
        ("health", 1, 0.5),
        ("schools", 0, 0.0),
    ]


def test_numbers_have_least_most_and_mean() -> None:
    found = result("years", Given("/data/years", "2", 3), Given("/data/years", "10"))
    assert found.numbers is not None
    assert (found.numbers.least, found.numbers.most, found.numbers.mean) == (Decimal(2), Decimal(10), Decimal(4))
    assert [(one.value, one.count) for one in found.bars] == [("2", 3), ("10", 1)]
    many = result("years", *(Given("/data/years", str(number)) for number in range(40)))
    assert many.bars == () and many.answered == 40
    assert result("years", Given("/data/years", "not a number")).answered == 0


def test_rankings_have_points_places_and_firsts() -> None:
    found = result(
        "order", Given("/data/order", "health green schools", 2), Given("/data/order", "green health schools")
    )
    told = [(one.value, one.points, one.mean_place, one.firsts) for one in found.ranking]
    assert told == [("health", 5, 4 / 3, 2), ("green", 4, 5 / 3, 1), ("schools", 0, 3.0, 0)]


def test_texts_are_listed_up_to_a_limit() -> None:
    found = result("idea", Given("/data/idea", "a", 2), Given("/data/idea", "b"), texts=2)
    assert (found.texts, found.more_texts, found.answered) == (("a", "a"), 1, 3)


def test_a_choice_no_longer_offered_is_still_counted() -> None:
    found = result("member", Given("/data/member", "perhaps"))
    assert [(one.label, one.count) for one in found.bars] == [("Yes", 0), ("No", 0), ("perhaps", 1)]


def test_nothing_answered_divides_by_nothing() -> None:
    for one in count(form, [], "fr"):
        assert one.answered == 0 and all(bar.share == 0 for bar in one.bars) and one.label


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["green", "health", "green health", "schools green"]), max_size=30))
def test_order_and_grouping_do_not_matter(values: list[str]) -> None:
    one_by_one = count(form, [Given("/data/axes", value) for value in values], "en")
    grouped = [Given("/data/axes", value, values.count(value)) for value in sorted(set(values), reverse=True)]
    assert count(form, grouped, "en") == one_by_one
