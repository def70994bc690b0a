"""A response in progress in a newer version: what comes along, what is asked again, where the person stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.engine.dialogue import resume, start
from surveys.engine.form import Form
from surveys.engine.inputs import Add, Answer, Confirm, Input, Review, Skip
from surveys.engine.machine import machine
from surveys.engine.session import Session, Stage
from surveys.engine.show import answers, page, prompts
from surveys.engine.versions import take_over
from tests.support.dialogues import load_dialogues
from tests.support.forms import NOW, form

OLD = """
| survey | type | name | label | required | relevant |
| | text | who | Who? | yes | |
| | select_one yn | pets | Pets? | | |
| | integer | many | How many? | | ${pets} = 'yes' |
| | select_multiple kinds | which | Which? | | |
| | begin_repeat | visit | Visit | | |
| | text | place | Where? | | |
| | end_repeat | | | | |
| | text | end | Else? | | |
| choices | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
| | kinds | cat | Cat |
| | kinds | dog | Dog |
"""
ALL = (
    Answer("/data/who", "Anna"), Answer("/data/pets", "yes"), Answer("/data/many", "3"),
    Answer("/data/which", "cat dog"),
    Answer("/data/visit[1]/place", "Park"), Add("/data/visit"), Answer("/data/visit[2]/place", "Lake"),
    Confirm("/data/visit"), Skip("/data/end"),
)  # fmt: skip

PLACES = ("visit[1]/place", "visit[2]/place")


def at(old: Form, given: tuple[Input, ...]) -> Session:
    session, _ = start(old, "", NOW)
    for one in given:
        session, _ = resume(old, session, one, NOW)
    return Session.from_json(json.loads(json.dumps(session.to_json())))


def moved(new: str, given: tuple[Input, ...]) -> tuple[Form, Session, Session]:
    old, newer = form(OLD), form(new)
    before = at(old, given)
    return newer, before, take_over(old, before, newer, NOW)


def test_corrected_texts_change_nothing_but_what_is_read() -> None:
    newer, before, after = moved(OLD.replace("How many?", "How many pets?"), ALL[:2])
    assert (after.at, after.values, after.passed) == (before.at, before.values, before.passed)
    assert after.revision == before.revision + 1
    assert prompts(newer, after, NOW)[0].label == "How many pets?"  # type: ignore[union-attr]


def test_a_new_question_is_asked_where_the_person_has_been() -> None:
    new = OLD.replace("| | select_one yn", "| | text | town | Town? | | |\n| | select_one yn")
    _, _, after = moved(new, ALL[:3])
    assert after.at == "/data/which"
    _, before, after = moved(new, ALL)
    assert before.stage is Stage.REVIEW
    assert (after.stage, after.at, after.editing) == (Stage.ASKING, "/data/town", True)
    after, _ = resume(form(new), after, Answer("/data/town", "Torino"), NOW)
    assert after.stage is Stage.REVIEW


def test_what_is_gone_leaves_the_rest() -> None:
    new = "\n".join(line for line in OLD.splitlines() if "pets" not in line)
    newer, _, after = moved(new, ALL[:2])
    assert after.at == "/data/which"
    assert answers(newer, after, NOW) == {"/data/who": "Anna"}


@pytest.mark.parametrize(
    ("old", "new", "asked", "left"),
    [
        ("integer | many", "text | many", "/data/many", {"who", "pets", "which", *PLACES}),
        ("| kinds | dog | Dog |", "| kinds | owl | Owl |", "/data/which", {"who", "pets", "many", *PLACES}),
        ("begin_repeat | visit", "begin_group | visit", "/data/visit/place", {"who", "pets", "many", "which"}),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_any_more_is_asked_again(old: str, new: str, asked: str, left: set[str]) -> None:
    changed = OLD.replace(old, new)
    changed = changed.replace("end_repeat", "end_group") if "begin_group" in new else changed
    newer, _, after = moved(changed, ALL)
    assert (after.at, after.editing) == (asked, True)
    assert {ref.removeprefix("/data/") for ref in answers(newer, after, NOW)} == left


def test_instances_come_along() -> None:
    newer, before, after = moved(OLD.replace("Where?", "At which place?"), ALL[:7])
    assert (after.at, after.counts) == ("/data/visit", {"/data/visit": 2})
    assert after.repeats == before.repeats
    after, _ = resume(newer, after, Add("/data/visit"), NOW)
    assert after.repeats == {"/data/visit": (1, 2, 3)}


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_session_stands_on_its_feet_in_any_version(data: st.DataObject) -> None:
    """Lines of the new version come and go at random; the session can always be shown and gone on with."""
    lines = OLD.strip().splitlines()
    loose = [line for line in lines if line.startswith("| | ") and "visit" not in line and "end_" not in line]
    gone = data.draw(st.sets(st.sampled_from(loose[:4]), max_size=3))
    text = "\n".join(line for line in lines if line not in gone)
    newer = form(text.replace("${pets} = 'yes'", "" if any("pets" in line for line in gone) else "${pets} = 'no'"))
    session = at(form(OLD), ALL[: data.draw(st.integers(0, len(ALL)))])
    after = take_over(form(OLD), session, newer, NOW)
    assert after == take_over(form(OLD), session, newer, NOW)
    for ref, value in answers(newer, after, NOW).items():
        assert session.values[ref] == value
    page(newer, after, None, NOW)
    assert len(prompts(newer, after, NOW)) == 1
    for _ in range(12):
        after, _ = resume(newer, after, Confirm(after.at), NOW)
    resume(newer, after, Review(), NOW)


@pytest.mark.parametrize("dialogue", load_dialogues(), ids=lambda one: one.name)
def test_the_same_form_again_changes_nothing(dialogue: object) -> None:
    made: Form = dialogue.form  # type: ignore[attr-defined]
    session, _ = start(made, "it", NOW)
    after = take_over(made, session, made, NOW)
    assert (after.at, after.values, after.stage) == (session.at, session.values, session.stage)
    assert machine(made).layout(after.counts).counts == machine(made).layout(session.counts).counts
