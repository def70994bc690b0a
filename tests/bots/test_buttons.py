"""Every button shown does something: pages and calendars lead elsewhere, all else is an input that fits."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.participants.callback import IDLE, Act, Press, unpack
from bots.participants.dialogue import SHOWING, input_of
from bots.participants.keyboard import WIDE, Search
from bots.participants.render import Standing, render
from bots.participants.screen import Screen, units
from core.i18n import translator
from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Form, Kind
from surveys.engine.inputs import GoTo
from surveys.engine.machine import machine
from surveys.engine.prompts import Option, QuestionPrompt
from surveys.engine.session import Session, Stage
from surveys.engine.show import prompts
from surveys.responses.service import Turn
from surveys.xlsform.compile import compile_form
from tests.bots.test_render import ANY, check, labels, options, pressed, question

NOW = datetime.fromisoformat("2026-03-02T10:00:00+01:00")
TODAY = "2026-03-02"
NEVER = {Fault.NOT_OPEN, Fault.NOT_OFFERED, Fault.NOT_A_DATE, Fault.OUT_OF_RANGE, Fault.NOT_A_NUMBER, Fault.READ_ONLY}

EVERYTHING = """
| survey |
|  | type                  | name  | label    | appearance | parameters | required |
|  | select_one towns      | town  | Town?    | autocomplete |          | yes      |
|  | select_one axes       | agree | Agree?   | likert     |            |          |
|  | select_one axes       | packs | Packed?  | columns-pack |          |          |
|  | select_multiple towns | towns | Towns?   |            |            |          |
|  | select_multiple axes  | some  | Some?    | columns-2  |            | yes      |
|  | rank axes             | order | Order?   |            |            | yes      |
|  | range                 | mood  | Mood?    |            | start=-5 end=5 step=0.5 | |
|  | range                 | share | Share?   |            | start=0 end=100 step=1  | |
|  | date                  | day   | Day?     |            |            |          |
|  | date                  | month | Month?   | month-year |            |          |
|  | date                  | year  | Year?    | year       |            |          |
|  | time                  | at    | When?    |            |            |          |
|  | dateTime              | both  | Both?    |            |            |          |
|  | begin_group           | table | Table    | table-list |            |          |
|  | select_one axes       | one   | One      |            |            |          |
|  | select_one axes       | two   | Two      |            |            |          |
|  | end_group             |       |          |            |            |          |
|  | note                  | read  | Read     |            |            |          |
|  | acknowledge           | sure  | Sure?    |            |            |          |
|  | begin_repeat          | child | Child    |            |            |          |
|  | select_one axes       | likes | Likes?   |            |            |          |
|  | end_repeat            |       |          |            |            |          |
| choices |
|  | list_name | name | label |
{towns}
|  | axes | a | Not at all, in no way, never |
|  | axes | b | Now and then                 |
|  | axes | c | All the time                 |
""".replace("{towns}", "\n".join(f"|  | towns | t{n} | Town number {n} |" for n in range(1, 31)))


@pytest.fixture(scope="module")
def form() -> Form:
    return compile_form(EVERYTHING.encode(), "everything.md", name="everything", version=1).form


def standing(session: Session, page: str = "", search: Search | None = None) -> Standing:
    return Standing(2**40, session.revision, translator("en"), page, TODAY, search=search)


def screen_of(form: Form, session: Session, page: str) -> Screen:
    return render(prompts(form, session, NOW)[0], (), standing(session, page))


def presses(screen: Screen) -> list[Press]:
    found = [unpack(key.data) for row in screen.rows for key in row if key.data != IDLE]
    assert all(isinstance(one, Press) for one in found)
    return [one for one in found if isinstance(one, Press)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.lists(st.integers(0, 10_000), max_size=40))
def test_each_button_that_is_shown_does_something(form: Form, first: int, walk: list[int]) -> None:
    session, _ = start(form, "", NOW)
    asked = [one.ref for one in machine(form).layout(session.counts).asked]
    session, _ = resume(form, session, GoTo(asked[first % len(asked)]), NOW)
    page = ""
    for step in walk:
        screen = screen_of(form, session, page)
        check(screen)
        press = presses(screen)[step % len(presses(screen))]
        if press.act in SHOWING:
            page = press.value
            assert screen_of(form, session, page) != screen, press
            continue
        turn = cast("Turn", SimpleNamespace(form=form, session=session, prompts=prompts(form, session, NOW)))
        given_input = input_of(turn, press)
        assert given_input is not None, press
        after, events = resume(form, session, given_input, NOW)
        refused = {one.fault for one in events if isinstance(one, AnswerRefused)}
        assert not refused & NEVER, press
        assert after != session or refused, press
        session, page = after, ""


@given(
    st.sampled_from((Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK)),
    st.integers(1, 120),
    st.sampled_from(
        ("likert", "columns", "columns-3", "columns-10", "columns-pack", "horizontal", "minimal", "list-nolabel")
    ),
    ANY,
    st.integers(0, 20),
)
def test_all_choices_are_reached_page_by_page(kind: Kind, count: int, appearance: str, text: str, ticks: int) -> None:
    offered = tuple(Option(f"c{number}", f"{text[:70]}{number}") for number in range(count))
    draft = tuple(one.value for one in offered[:ticks]) if kind is Kind.SELECT_MULTIPLE else ()
    prompt = question(kind, options=offered, draft=draft, appearance=frozenset({appearance}))
    seen: list[int] = []
    page: str | None = ""
    while page is not None:
        screen = render(prompt, (), Standing(2**62, 10**6, translator("fr"), page, TODAY))
        check(screen)
        mine = presses(screen)
        seen += [one.place for one in mine if one.act in (Act.CHOOSE, Act.TICK, Act.RANK)]
        following = [key.data for row in screen.rows for key in row if key.label == "▶"]
        page = pressed(screen, "▶").value if following else None
    assert seen == list(range(count))


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.sampled_from(("1", "0.5", "7", "0", "-3", "x", "1e-9")))
def test_any_scale_can_be_sent(start_at: int, end: int, step: str) -> None:
    prompt = question(Kind.RANGE, parameters={"start": str(start_at), "end": str(end), "step": step})
    for page in ("", "0", "3", "99999999"):
        check(render(prompt, (), Standing(1, 1, translator("it"), page, TODAY)))


def test_what_a_search_found_is_shown_alone_with_the_way_back() -> None:
    prompt = question(Kind.SELECT_ONE, options=options(30))
    refused = AnswerRefused("/data/q", Fault.NOT_UNDERSTOOD, "", (("near", "c7"),))
    search = Search("<choise>", (6, 16, 26))
    screen = render(prompt, (refused,), Standing(1, 1, translator("en"), "", TODAY, search=search))
    assert labels(screen)[:3] == [["Choice 7", "Choice 17"], ["Choice 27"], ["↩️ Show all the choices"]]
    assert pressed(screen, "Choice 17").place == 16 and "&lt;choise&gt;" in screen.text and "⚠️" not in screen.text


def test_a_likert_scale_is_one_row_and_names_what_does_not_fit() -> None:
    short = question(Kind.SELECT_ONE, appearance=frozenset({"likert"}), options=options(4, "{}"))
    assert labels(render(short, (), Standing(1, 1, translator("en"))))[0] == ["1", "2", "3", "4"]
    long = question(Kind.SELECT_ONE, appearance=frozenset({"likert"}), options=options(5, "I agree so much: {}"))
    screen = render(long, (), Standing(1, 1, translator("en")))
    assert labels(screen)[0] == ["1", "2", "3", "4", "5"]
    assert "1. I agree so much: 1\n2. I agree so much: 2" in screen.text


@pytest.mark.parametrize(
    ("appearance", "label", "row"),
    [
        ("columns-3", "Axis {}", 3), ("columns-pack", "Ax{}", 6), ("columns", "Axis {}", 3),
        ("horizontal", "Axis {}", 3),
        ("columns-4", "A rather long choice {}", 1), ("", "Axis {}", 2),
    ],
)  # fmt: skip
def test_columns_are_as_their_author_wants_where_they_fit(appearance: str, label: str, row: int) -> None:
    prompt = question(Kind.SELECT_ONE, appearance=frozenset({appearance}), options=options(6, label))
    first = labels(render(prompt, (), Standing(1, 1, translator("en"))))[0]
    assert len(first) == row
    assert all(units(one) <= WIDE[row - 1] for one in first)


def _pressing(prompt: QuestionPrompt, *texts: str) -> str:
    """The value that the last of some buttons gives, the others being shown one after the other."""
    page = ""
    for text in texts:
        screen = render(prompt, (), Standing(1, 1, translator("en"), page, TODAY))
        key = next(key for row in screen.rows for key in row if key.label == text)
        press = unpack(key.data)
        assert isinstance(press, Press)
        if press.act is Act.VALUE:
            return press.value
        page = press.value
    raise AssertionError(f"no answer after {texts}, but page {page}")


def test_a_birth_date_is_a_few_presses_away() -> None:
    assert _pressing(question(Kind.DATE), "Mar 2026 ▾", "◀", "◀", "1975", "Jul", "14") == "1975-07-14"
    assert _pressing(question(Kind.DATE), "Today") == TODAY
    assert _pressing(question(Kind.DATE), "«", "◀", "3") == "2025-02-03"


def test_months_and_years_give_their_first_day() -> None:
    month = question(Kind.DATE, appearance=frozenset({"month-year"}))
    assert _pressing(month, "◀", "Sept") == "2025-09-01" and _pressing(month, "2026 ▾", "2019", "Jan") == "2019-01-01"
    assert _pressing(question(Kind.DATE, appearance=frozenset({"year"})), "◀", "1999") == "1999-01-01"


def test_a_time_is_an_hour_and_its_minutes_and_a_day_comes_before_where_both_are_asked() -> None:
    assert _pressing(question(Kind.TIME), "09", "09:35") == "09:35"
    assert _pressing(question(Kind.DATETIME), "▶", "15", "18", "18:30") == "2026-04-15T18:30"
    assert _pressing(question(Kind.DATETIME), "Today", "⬅️ 2 March 2026", "7", "00", "00:00") == "2026-03-07T00:00"


def test_a_long_scale_is_chosen_part_by_part() -> None:
    prompt = question(Kind.RANGE, parameters={"start": "0", "end": "100"})
    assert _pressing(prompt, "40 … 49", "47") == "47" and _pressing(prompt, "40 … 49", "⬅️ 0 … 100", "100") == "100"
    nps = labels(render(question(Kind.RANGE), (), Standing(1, 1, translator("en"))))
    assert [len(row) for row in nps[:2]] == [6, 5]


def test_an_answer_that_is_kept_is_said_as_people_say_it() -> None:
    screen = render(question(Kind.DATETIME, value="2026-04-01T18:30:00.000"), (), Standing(1, 1, translator("it")))
    assert any("1 aprile 2026" in one for row in labels(screen) for one in row)


def test_numbers_found_among_words_are_asked_back() -> None:
    refused = AnswerRefused("/data/q", Fault.NOT_A_NUMBER, "", (("near", "10\n20"),))
    screen = render(question(Kind.INTEGER), (refused,), Standing(1, 1, translator("en")))
    assert labels(screen)[:2] == [["Did you mean 10?"], ["Did you mean 20?"]]
    assert pressed(screen, "20").act is Act.VALUE and pressed(screen, "20").value == "20"


def test_ticks_on_other_pages_are_told() -> None:
    prompt = question(Kind.SELECT_MULTIPLE, options=options(30), draft=("c2", "c29"))
    assert "☑ Choice 2, Choice 29" in render(prompt, (), Standing(1, 1, translator("en"))).text


def test_the_walk_reaches_the_end(form: Form) -> None:
    """What the property walks through is a form that can be gone through by buttons alone."""
    session, _ = start(form, "", NOW)
    page, answering = "", (Act.CONFIRM, Act.CHOOSE, Act.TICK, Act.RANK, Act.VALUE, Act.PAGE)
    for _step in range(200):
        if session.stage is not Stage.ASKING:
            break
        found = [one for one in presses(screen_of(form, session, page)) if one.act in answering]
        press = min(found, key=lambda one: answering.index(one.act))
        if press.act in SHOWING:
            page = press.value
            continue
        turn = cast("Turn", SimpleNamespace(form=form, session=session, prompts=prompts(form, session, NOW)))
        given_input = input_of(turn, press)
        assert given_input is not None
        session, _ = resume(form, session, given_input, NOW)
        page = ""
    assert session.stage is Stage.REVIEW
