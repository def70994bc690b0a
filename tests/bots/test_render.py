"""Screens: within Telegram's limits for whatever authors and people write, with buttons that mean what they say."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.participants.calendar import calendar
from bots.participants.callback import (
    IDLE,
    LARGEST,
    LONGEST,
    Act,
    CommandPress,
    OpenRound,
    Press,
    pack,
    unpack,
)
from bots.participants.keyboard import Search
from bots.participants.listing import PER_PAGE
from bots.participants.render import Standing, render
from bots.participants.screen import LONGEST_LABEL, LONGEST_TEXT, Screen, units
from core.i18n import translator
from notifications.content.presses import open_round
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Kind
from surveys.engine.prompts import (
    CompletePrompt,
    Option,
    PausedPrompt,
    Progress,
    Prompt,
    QuestionPrompt,
    ReviewItem,
    ReviewPrompt,
)

STANDING = Standing(2**40, 9999, translator("en"), today="2023-07-10")
APPEARANCES = (
    "likert", "columns", "columns-2", "columns-10", "columns-99", "columns-pack", "horizontal", "minimal",
    "list-nolabel", "month-year", "year", "multiline", "search",
)  # fmt: skip
PAGES = (
    "", "0", "1", "99", "2024-02", "0001-01", "9999-12", "0001-01-01", "9999-12-31", "2024-02-30", "2024-02-03",
    "d0000", "d0001", "d9999", "y0000", "y0001", "y9999", "09", "24", "2024-02-03T09", "2024-02-30T09", "9999-12-31T23",
    "all",
)  # fmt: skip
NUMBERS = st.sampled_from(("0", "1", "-3", "10", "0.25", "99", "1e60", "1e-60", "NaN", "Infinity", "x", ""))
TAG = re.compile(r"</?(?:b|i)>")
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=6000)


def question(kind: Kind = Kind.TEXT, **known: object) -> QuestionPrompt:
    usual: dict[str, object] = {
        "ref": "/data/q", "code": "7", "kind": kind, "label": "What?", "hint": "",
        "guidance": "", "required": True, "readonly": False,
        "options": (), "value": "", "draft": (), "progress": Progress(3, 24, 8), "part": (), "appearance": frozenset(),
        "parameters": {}, "can_go_back": True,
    }  # fmt: skip
    return QuestionPrompt(**{**usual, **known})  # type: ignore[arg-type]


def options(count: int, label: str = "Choice {}") -> tuple[Option, ...]:
    return tuple(Option(f"c{number}", label.format(number)) for number in range(1, count + 1))


def labels(screen: Screen) -> list[list[str]]:
    return [[key.label for key in row] for row in screen.rows]


def pressed(screen: Screen, text: str) -> Press:
    data = next(key.data for row in screen.rows for key in row if text in key.label)
    found = unpack(data)
    assert isinstance(found, Press)
    return found


def check(screen: Screen) -> None:
    """Nothing that Telegram would refuse: lengths, markup, buttons."""
    shown = unescape(TAG.sub("", screen.text))
    assert 0 < units(shown) <= LONGEST_TEXT
    bare = TAG.sub("", screen.text)
    assert "<" not in bare and ">" not in bare
    assert screen.text.count("<b>") == screen.text.count("</b>") and screen.text.count("<i>") == screen.text.count(
        "</i>"
    )
    keys = [key for row in screen.rows for key in row]
    assert len(keys) <= 100 and all(1 <= len(row) <= 8 for row in screen.rows)
    for key in keys:
        assert key.label.strip() and units(key.label) <= LONGEST_LABEL and "\n" not in key.label
        assert 1 <= len(key.data.encode()) <= LONGEST


@given(st.sampled_from(Kind), st.tuples(ANY, ANY, ANY), st.integers(0, 120), st.data())
def test_whatever_authors_write_can_be_sent(
    kind: Kind, texts: tuple[str, str, str], count: int, data: st.DataObject
) -> None:
    label, hint, choice = texts
    offered = tuple(Option(f"c{number}", f"{choice}{number}") for number in range(count))
    draft = tuple(one.value for one in offered[: data.draw(st.integers(0, count))])
    value = data.draw(ANY)
    prompt = question(
        kind, label=label, hint=hint, options=offered, draft=draft, value=value, part=(label, hint),
        required=data.draw(st.booleans()), readonly=data.draw(st.booleans()),
        appearance=data.draw(st.frozensets(st.sampled_from(APPEARANCES), max_size=2)),
        parameters={"start": data.draw(NUMBERS), "end": data.draw(NUMBERS), "step": data.draw(NUMBERS)},
    )  # fmt: skip
    refused = AnswerRefused(
        "/data/q",
        data.draw(st.sampled_from(Fault)),
        data.draw(ANY),
        (("near", "\n".join(["c0", choice, "12"])), ("limit", "9")),
    )
    events = data.draw(st.sampled_from(((), (refused,), (refused, refused))))
    page = data.draw(st.one_of(ANY, st.sampled_from(PAGES)))
    places = tuple(data.draw(st.lists(st.integers(0, 119), unique=True, min_size=1, max_size=30)))
    search = data.draw(st.sampled_from((None, Search(choice, places))))
    check(render(prompt, events, Standing(LARGEST, LARGEST, translator("it"), page, "2023-07-10", search=search)))


@given(ANY, ANY, st.integers(0, 60), ANY, st.booleans())
def test_whatever_people_answered_can_be_reviewed(
    label: str, answer: str, count: int, page: str, is_missing: bool
) -> None:
    items = tuple(ReviewItem(f"/data/q{n}", str(n), label, answer, True) for n in range(1, count + 1))
    standing = Standing(LARGEST, LARGEST, translator("fr"), page, until="31 décembre 2026")
    missing = tuple(item.ref for item in items) if is_missing else ()
    prompts: tuple[Prompt, ...] = ReviewPrompt(label, items, missing), CompletePrompt(label, items)
    for prompt in (*prompts, PausedPrompt(Progress(1, 2))):
        check(render(prompt, (), standing))


def test_short_choices_stand_two_by_two_and_long_ones_alone() -> None:
    short = question(Kind.SELECT_ONE, options=(Option("y", "Yes"), Option("n", "No")))
    assert labels(render(short, (), STANDING))[0] == ["Yes", "No"]
    rows = labels(
        render(question(Kind.SELECT_ONE, options=options(3, "A rather long choice, number {}")), (), STANDING)
    )
    assert [len(row) for row in rows[:3]] == [1, 1, 1]


def test_a_choice_that_no_button_holds_is_written_out() -> None:
    long = "A choice that goes on and on, for longer than any button on a telephone can show it, {}"
    screen = render(question(Kind.SELECT_ONE, options=options(10, long)), (), STANDING)
    assert f"1. {long.format(1)}" in screen.text and f"8. {long.format(8)}" in screen.text
    assert long.format(9) not in screen.text, "that is on the next page"


def test_a_press_carries_whose_question_and_when() -> None:
    screen = render(question(Kind.SELECT_ONE, options=options(3)), (), STANDING)
    assert pressed(screen, "Choice 2") == Press(2**40, "7", 9999, Act.CHOOSE, "1")


def test_pages_of_options_are_complete_and_in_order() -> None:
    seen: list[str] = []
    for page in range(4):
        standing = Standing(1, 1, translator("en"), str(page))
        screen = render(question(Kind.SELECT_ONE, options=options(30)), (), standing)
        shown = [key.label for row in screen.rows for key in row if key.label.startswith("Choice")]
        assert len(shown) <= PER_PAGE
        seen += shown
    assert seen == [one.label for one in options(30)]


def test_several_choices_show_their_ticks_and_done_when_it_may_be() -> None:
    ticked = render(question(Kind.SELECT_MULTIPLE, options=options(2), draft=("c2",)), (), STANDING)
    assert labels(ticked)[0] == ["☐ Choice 1", "☑ Choice 2"] and ["Done"] in labels(ticked)
    assert ["Done"] not in labels(render(question(Kind.SELECT_MULTIPLE, options=options(2)), (), STANDING))


def test_a_ranking_shows_the_order_so_far() -> None:
    screen = render(question(Kind.RANK, options=options(3), draft=("c3",)), (), STANDING)
    assert "1. Choice 3" in screen.text and labels(screen)[0] == ["Choice 1", "Choice 2"]
    assert ["Undo"] in labels(screen) and ["Done"] not in labels(screen)
    full = render(question(Kind.RANK, options=options(3), draft=("c3", "c1", "c2")), (), STANDING)
    assert ["Done"] in labels(full) and ["Undo"] in labels(full)


@pytest.mark.parametrize(
    ("parameters", "steps"),
    [
        ({"start": "1", "end": "5", "step": "1"}, ["1", "2", "3", "4", "5"]),
        ({"start": "0", "end": "1", "step": "0.25"}, ["0", "0.25", "0.5", "0.75", "1"]),
        ({"start": "3", "end": "1", "step": "1"}, ["3", "2", "1"]),
    ],
)
def test_a_scale_is_one_row(parameters: dict[str, str], steps: list[str]) -> None:
    screen = render(question(Kind.RANGE, parameters=parameters), (), STANDING)
    assert labels(screen)[0] == steps


def test_a_very_long_scale_is_typed_between_its_limits() -> None:
    screen = render(question(Kind.RANGE, parameters={"start": "0", "end": "1000", "step": "1"}), (), STANDING)
    assert "between 0 and 1000" in screen.text and labels(screen)[0] == ["⬅️ Back", "Pause"]


def test_ways_out_suit_the_question() -> None:
    last = labels(render(question(required=False, can_go_back=False), (), STANDING))[-1]
    assert last == ["Skip", "Pause"]
    screen = render(question(part=("Axes", "Environment")), (), STANDING)
    assert "Environment · Question 3 · 8% of the way" in screen.text


def test_the_review_has_pages_and_marks_what_is_missing() -> None:
    items = tuple(ReviewItem(f"/data/q{n}", str(n), f"Question {n}?", f"Answer {n}", True) for n in range(1, 26))
    screen = render(ReviewPrompt("Form", items, ("/data/q2",)), (), STANDING)
    assert "❗️<b>2.</b>" in screen.text and "Answer 10" in screen.text and "Answer 11" not in screen.text
    assert pressed(screen, "3").act is Act.GO_TO and pressed(screen, "▶").value == "1" and "1/3" in labels(screen)[2]


@given(
    st.integers(0, LARGEST),
    st.just("") | st.from_regex(r"[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,3}", fullmatch=True),
    st.integers(0, 9_999_999),
    st.sampled_from(Act),
    st.integers(0, 9999),
)
def test_a_press_survives_its_data(response: int, question: str, revision: int, act: Act, value: int) -> None:
    press = Press(response, question, revision, act, str(value))
    assert unpack(pack(press)) == press


@given(st.one_of(ANY, st.from_regex(r"(q|open|c):[0-9a-z:-]{0,60}", fullmatch=True)))
def test_nothing_made_up_breaks_the_reading(data: str) -> None:
    found = unpack(data)
    assert found is None or isinstance(found, Press | OpenRound | CommandPress)
    if isinstance(found, OpenRound):
        assert 0 <= found.round_id <= LARGEST


def test_what_is_too_long_for_a_button_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="bytes"):
        pack(Press(1, "1", 1, Act.VALUE, "x" * LONGEST))
    assert unpack(open_round(12)) == OpenRound(12) and unpack(IDLE) is None


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)))
def test_a_month_holds_each_of_its_days_once(day: date) -> None:
    month = calendar("", day.isoformat(), "it")
    days = [one for week in month.weeks for one in week if one is not None]
    assert day in days and days == sorted(set(days)) and all(len(week) == 7 for week in month.weeks)
    assert calendar(month.after, "", "it").before == f"{day.isoformat()[:7]}"
