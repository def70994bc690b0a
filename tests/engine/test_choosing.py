"""Which choice is meant, and which are found in a long list."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.engine.choosing import Choices
from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerAccepted, AnswerRefused, DraftChanged
from surveys.engine.form import Form
from surveys.engine.inputs import Tick, Words
from surveys.engine.plain import plain
from surveys.engine.searching import search
from surveys.engine.session import Session
from surveys.engine.values import Refused
from surveys.xlsform.compile import compile_form

NOW = datetime.fromisoformat("2026-03-02T10:00:00+01:00")
MARKED = Choices((("x", "a) Mobilità"), ("y", "b) Ambiente"), ("z", "C. Lavoro e casa")))
SCALE = Choices((("0", "Mai"), ("1", "A volte"), ("2", "Spesso"), ("3", "Prima di cena")))
TOWNS = ("Agliè", "Buttigliera Alta", "San Mauro Torinese", "Torino", "Torre Pellice", "Rivalta di Torino")

DRAFTED = """
| survey  | type                 | name  | label  |
|         | select_multiple axes | some  | Some?  |
|         | rank axes            | order | Order? |
| choices | list_name | name | label |
|         | axes      | a    | Alpha |
|         | axes      | b    | Beta  |
|         | axes      | c    | Gamma |
|         | axes      | d    | Delta |
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", "x"), ("B)", "y"), ("c.", "z"), ("terzo", "z"), ("la seconda", "y"), ("3rd", "z"), ("troisième", "z"),
        ("ultimo", "z"), ("due", "y"), ("lavoro e casa", "z"), ("ambi", "y"),
        ("numero 2", "y"), ("\u200fa\u200e", "x"), ("quarto", None), ("casa", None),
    ],
)  # fmt: skip
def test_initials_and_places(text: str, value: str | None) -> None:
    assert MARKED.match(text) == value


def test_a_number_that_is_a_place_and_a_hidden_value_is_asked_back() -> None:
    found = SCALE.choose("2")
    assert isinstance(found, Refused) and dict(found.values)["near"] == "1\n2"
    assert SCALE.choose("4") == "3" and SCALE.choose("0") == "0" and SCALE.choose("prima") == "3"
    shown = Choices((("10", "1"), ("20", "2"), ("1", "3")))
    assert shown.choose("1") == "10", "what people see comes first"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("torino", ["Torino", "Rivalta di Torino"]), ("ALTA", ["Buttigliera Alta", "Rivalta di Torino"]),
        ("tor", ["Torino", "Torre Pellice", "San Mauro Torinese", "Rivalta di Torino"]), ("aglie", ["Agliè"]),
        ("mauro san", ["San Mauro Torinese"]), ("torinno", ["Torino", "Rivalta di Torino"]),
        ("butigliera", ["Buttigliera Alta"]),
        ("rivalta torno", ["Rivalta di Torino"]), ("zzz", []), ("", []), ("!!", []), ("😀", []),
    ],
)  # fmt: skip
def test_searching(text: str, found: list[str]) -> None:
    assert [TOWNS[place] for place in search(text, TOWNS)] == found


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=20))
def test_a_search_finds_places_that_there_are(text: str, labels: list[str]) -> None:
    found = search(text, labels)
    assert len(set(found)) == len(found) and set(found) <= set(range(len(labels)))


@given(
    st.lists(st.from_regex(r"[A-Z][a-zà-ù]{2,9}( [A-Z][a-zà-ù]{2,9})?", fullmatch=True), min_size=1, max_size=20),
    st.data(),
)
def test_a_label_finds_itself_in_any_case_and_order(labels: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(labels) - 1))
    words = data.draw(st.permutations(plain(labels[place]).upper().split()))
    assert place in search(" ".join(words), labels)


@pytest.fixture(scope="module")
def drafted() -> Form:
    return compile_form(DRAFTED.encode(), "drafted.md", name="drafted", version=1).form


def said(form: Form, session: Session, text: str) -> Session:
    session, events = resume(form, session, Words(text), NOW)
    assert not any(isinstance(one, AnswerRefused) for one in events), text
    return session


def test_what_is_typed_while_ticking_joins_the_ticks(drafted: Form) -> None:
    session, _ = start(drafted, "", NOW)
    session, _ = resume(drafted, session, Tick("/data/some", "c"), NOW)
    session, events = resume(drafted, session, Words("alpha, 4"), NOW)
    assert session.draft == ("a", "c", "d") and [type(one) for one in events] == [DraftChanged]
    _, events = resume(drafted, session, Words("Fatto"), NOW)
    assert events[0] == AnswerAccepted("/data/some", "a c d")


def test_a_part_of_an_order_begins_it(drafted: Form) -> None:
    session, _ = start(drafted, "", NOW)
    session = said(drafted, said(drafted, said(drafted, session, "beta"), "gamma"), "d")
    assert session.at == "/data/order" and session.draft == ("c", "d")
    session = said(drafted, session, "primo")
    assert session.draft == ("c", "d", "a", "b"), "the last one left takes its place by itself"
    assert said(drafted, session, "done").values["/data/order"] == "c d a b"
