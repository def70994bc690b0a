"""Ticks, ranks and what takes them back."""

from __future__ import annotations

from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerAccepted, AnswerRefused, DraftChanged, Event, Fault
from surveys.engine.inputs import Confirm, Input, RankNext, Tick, Undo
from surveys.engine.session import Session
from tests.support.forms import NOW, form

MANY = """
| survey | type | name | label |
| | {type} c | q | Q |
| | text | t | T |
| choices | list_name | name | label |
| | c | a | A |
| | c | b | B |
| | c | c | C |
"""


def play(kind: str, *given: Input) -> tuple[Session, tuple[Event, ...]]:
    made = form(MANY.format(type=kind))
    session, events = start(made, "it", NOW)
    for one in given:
        session, events = resume(made, Session.from_json(session.to_json()), one, NOW)
    return session, events


def test_ticks_keep_the_order_of_the_list_and_toggle() -> None:
    session, events = play("select_multiple", Tick("/data/q", "c"), Tick("/data/q", "a"))
    assert events == (DraftChanged("/data/q", ("a", "c")),)
    assert session.values == {}
    session, _ = play("select_multiple", Tick("/data/q", "c"), Tick("/data/q", "c"))
    assert session.draft == ()


def test_a_draft_counts_once_confirmed() -> None:
    session, events = play("select_multiple", Tick("/data/q", "b"), Confirm("/data/q"))
    assert events[0] == AnswerAccepted("/data/q", "b")
    assert session.values == {"/data/q": "b"}
    assert session.draft == ()


def test_the_last_rank_comes_by_itself() -> None:
    session, _ = play("rank", RankNext("/data/q", "c"), RankNext("/data/q", "a"))
    assert session.draft == ("c", "a", "b")


def test_undo_takes_back_a_rank_and_the_one_that_came_by_itself() -> None:
    steps = (RankNext("/data/q", "c"), RankNext("/data/q", "a"), Undo("/data/q"))
    assert play("rank", *steps)[0].draft == ("c",)
    assert play("rank", *steps, Undo("/data/q"), Undo("/data/q"))[0].draft == ()


def test_a_choice_of_another_question_is_refused() -> None:
    session, events = play("rank", RankNext("/data/q", "zzz"))
    assert events == (AnswerRefused("/data/q", Fault.NOT_OFFERED),)
    session, events = play("select_multiple", Tick("/data/t", "a"))
    assert events == (AnswerRefused("/data/t", Fault.NOT_OPEN),)
    assert session.draft == ()
