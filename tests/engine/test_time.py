"""What changes while a person thinks: the day, and what must not change with it."""

from __future__ import annotations

from datetime import timedelta

from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerCleared, QuestionOpened
from surveys.engine.inputs import Answer, Confirm
from surveys.engine.session import Session
from surveys.engine.show import answers
from tests.support.forms import NOW, form

FORM = form(
    """
| survey | type | name | label | relevant | calculation |
| | date | day | When? | | |
| | text | before | What do you expect? | ${day} > today() | |
| | text | end | Anything else? | | |
| | calculate | left | | | ${day} - today() |
| | calculate | number | | | random() |
| | calculate | code | | | once(uuid()) |
"""
)
LATER = NOW + timedelta(days=3)


def begun() -> Session:
    session, _ = start(FORM, "it", NOW)
    return resume(FORM, session, Answer("/data/day", "2026-03-04"), NOW)[0]


def test_a_question_whose_day_has_passed_is_left() -> None:
    session = begun()
    assert session.at == "/data/before"
    session, events = resume(FORM, Session.from_json(session.to_json()), Confirm("/data/before"), LATER)
    assert events[0] == QuestionOpened("/data/end")
    assert session.at == "/data/end"


def test_an_answer_whose_day_has_passed_does_not_count() -> None:
    session, _ = resume(FORM, begun(), Answer("/data/before", "Sun"), NOW)
    assert answers(FORM, session, NOW)["/data/before"] == "Sun"
    reloaded = Session.from_json(session.to_json())
    assert "/data/before" not in answers(FORM, reloaded, LATER)
    session, events = resume(FORM, reloaded, Confirm("/data/end"), LATER)
    assert AnswerCleared("/data/before") in events
    assert "/data/before" in session.hidden


def test_days_left_follow_the_day_and_random_values_stay() -> None:
    session = begun()
    first = answers(FORM, session, NOW)
    later = answers(FORM, Session.from_json(session.to_json()), LATER)
    assert (first["/data/left"], later["/data/left"]) == ("2", "-1")
    assert (first["/data/number"], first["/data/code"]) == (later["/data/number"], later["/data/code"])
    assert len(first["/data/code"]) == 36
