"""One compiled form serves many people in many threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from surveys.engine.dialogue import resume, start
from surveys.engine.inputs import Answer
from surveys.engine.session import Session, Stage
from surveys.engine.show import answers, prompts
from tests.support.forms import NOW, YES_NO, form

FORM = form(
    """
| survey | type | name | label | relevant | constraint | calculation |
| | text | name | Name | | | |
| | integer | a | A, ${name} | | . > 0 | |
| | select_one yn | b | B | ${a} > 2 | | |
| | calculate | c | | | | concat(${name}, ${a} * 2, jr:choice-name(${b}, '${b}'), coalesce(${b}, 'x')) |
| | text | d | D ${c} | selected(${b}, 'si') | regex(., '[a-z]+') | |
"""
    + YES_NO
)


def play(number: int) -> dict[str, str]:
    session, _ = start(FORM, "it", NOW)
    given = {"/data/name": f"N{number}", "/data/a": str(number % 5 + 1), "/data/b": "si", "/data/d": "abc"}
    while session.stage is Stage.ASKING:
        session, _ = resume(FORM, session, Answer(session.at, given[session.at]), NOW)
        prompts(FORM, session, NOW)
        session = Session.from_json(session.to_json()) if number % 2 else session
    return {ref: value for ref, value in answers(FORM, session, NOW).items() if "meta" not in ref}


def test_many_threads_one_form() -> None:
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(play, range(400)))
    assert together == [play(number) for number in range(400)]
    assert together[4]["/data/c"] == "N410Sìsi"


def test_a_session_is_read_in_another_thread() -> None:
    sessions = [resume(FORM, start(FORM, "it", NOW)[0], Answer("/data/name", "x"), NOW)[0] for _ in range(100)]
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda session: prompts(FORM, session, NOW), sessions))
    assert all(one == shown[0] for one in shown)
