"""Pages of the web: what they show, and values that come together."""

from __future__ import annotations

from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerCleared, AnswerRefused, Fault, QuestionOpened, ReviewOpened
from surveys.engine.inputs import Answer, Fill, Review, Submit
from surveys.engine.prompts import CompletePrompt, Page, ReviewPrompt
from surveys.engine.session import Session, Stage
from surveys.engine.show import answers, find, page, prompts, violations
from tests.support.forms import NOW, YES_NO, form

FORM = form(
    """
| survey | type | name | label | relevant | required | constraint | appearance |
| | text | name | Name | | yes | | |
| | begin_group | g | Home | | | | field-list |
| | select_one yn | pets | Pets? | | yes | | |
| | integer | how | How many? | ${pets} = 'si' | yes | . > 0 and . < ${most} | |
| | integer | most | At most? | | | | |
| | end_group | | | | | | |
| | text | end | End | | | | |
"""
    + YES_NO
)
NAME, PETS, HOW, MOST, END = "/data/name", "/data/g/pets", "/data/g/how", "/data/g/most", "/data/end"


def at_group() -> Session:
    session, _ = start(FORM, "it", NOW)
    return resume(FORM, session, Fill({NAME: "Anna"}), NOW)[0]


def shown(session: Session, ref: str | None = None) -> list[str]:
    found = page(FORM, session, ref, NOW)
    assert isinstance(found, Page)
    return [question.ref for question in found.questions]


def test_a_page_is_a_question_or_a_field_list() -> None:
    session, _ = start(FORM, "it", NOW)
    assert shown(session) == [NAME]
    session = at_group()
    assert shown(session) == [PETS, MOST]
    assert shown(session, NAME) == [NAME]
    assert shown(session, HOW) == [PETS, MOST], "a question that is not relevant has no page"
    found = page(FORM, session, None, NOW)
    assert isinstance(found, Page)
    assert (found.title, found.previous) == ("Home", NAME)


def test_an_answer_that_brings_up_a_question_keeps_the_page_open() -> None:
    session, _ = resume(FORM, at_group(), Fill({PETS: "si", MOST: "9"}), NOW)
    assert session.at == HOW
    assert shown(session) == [PETS, HOW, MOST]
    session, events = resume(FORM, session, Fill({PETS: "si", HOW: "3", MOST: "9"}), NOW)
    assert events[-1] == QuestionOpened(END)


def test_faulty_values_are_named_and_the_others_kept() -> None:
    session, _ = resume(FORM, at_group(), Fill({PETS: "si", MOST: "9"}), NOW)
    session, events = resume(FORM, session, Fill({PETS: "si", HOW: "9", MOST: "9"}), NOW)
    assert [one for one in events if isinstance(one, AnswerRefused)] == [AnswerRefused(HOW, Fault.CONSTRAINT)]
    assert session.values == {NAME: "Anna", PETS: "si", MOST: "9"}
    assert shown(session) == [PETS, HOW, MOST]


def test_values_of_a_page_are_judged_together() -> None:
    session, _ = resume(FORM, at_group(), Fill({PETS: "si", MOST: "5"}), NOW)
    session, events = resume(FORM, session, Fill({PETS: "si", HOW: "7", MOST: "9"}), NOW)
    assert not [one for one in events if isinstance(one, AnswerRefused)]


def test_what_is_required_and_was_not_sent_is_named() -> None:
    session, events = resume(FORM, at_group(), Fill({MOST: "9"}), NOW)
    assert AnswerRefused(PETS, Fault.REQUIRED) in events
    assert session.values[MOST] == "9"
    assert shown(session) == [PETS, MOST]


def test_an_earlier_page_may_be_sent_again() -> None:
    session, _ = resume(FORM, at_group(), Fill({NAME: "Bruna"}), NOW)
    assert session.values[NAME] == "Bruna"
    assert session.at == PETS


def test_values_for_a_question_that_went_away_are_left_aside() -> None:
    session, _ = resume(FORM, at_group(), Fill({PETS: "si", MOST: "9"}), NOW)
    session, _ = resume(FORM, session, Fill({PETS: "si", HOW: "3", MOST: "9"}), NOW)
    session, events = resume(FORM, session, Fill({PETS: "no", HOW: "4", MOST: "9"}), NOW)
    assert AnswerCleared(HOW) in events
    assert HOW not in answers(FORM, session, NOW)
    assert session.at == END


def test_a_page_sent_from_the_review_leads_back_to_it() -> None:
    session, _ = resume(FORM, at_group(), Fill({PETS: "no"}), NOW)
    session, events = resume(FORM, session, Fill({END: ""}), NOW)
    assert events[-1] == ReviewOpened()
    assert isinstance(page(FORM, session, None, NOW), ReviewPrompt)
    session, events = resume(FORM, session, Fill({NAME: "Carla"}), NOW)
    assert events[-1] == ReviewOpened()
    session, _ = resume(FORM, session, Submit(), NOW)
    assert isinstance(page(FORM, session, NAME, NOW), CompletePrompt)


def test_unknown_and_late_values_change_nothing() -> None:
    session = at_group()
    for given in (Fill({"/data/zzz": "1"}), Fill({HOW: "1"}), Answer(NAME, "x"), Answer("", "")):
        after, events = resume(FORM, session, given, NOW)
        assert after == session
        assert isinstance(events[0], AnswerRefused)
        assert events[0].fault is Fault.NOT_OPEN


def test_the_review_waits_for_what_is_required() -> None:
    session, _ = start(FORM, "it", NOW)
    session, events = resume(FORM, session, Review(), NOW)
    assert events == (QuestionOpened(NAME),)
    assert session.stage is Stage.ASKING
    assert [one.ref for one in violations(FORM, session, NOW)] == [NAME, PETS]


def test_a_question_is_found_by_its_code() -> None:
    session = at_group()
    prompt = prompts(FORM, session, NOW)[0]
    question = find(FORM, session, prompt.code)  # type: ignore[union-attr]
    assert question is not None
    assert question.ref == PETS
    for code in ("", "0", "99", "1.1", "x", "²", "1" * 100):
        assert find(FORM, session, code) is None
