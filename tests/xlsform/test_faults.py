"""Faults of a form, told in the author's words with sheet, row and column."""

from __future__ import annotations

import pytest

from core.i18n import translator
from surveys.xlsform.errors import FormErrors
from tests.support.forms import YES_NO, faults, form

HEAD = "| survey | type | name | label | relevant | constraint | calculation | choice_filter |\n"
GOOD = "| | text | who | Who? | | | | |\n"


@pytest.mark.parametrize(
    ("rows", "row", "column", "text"),
    [
        ("| | txet | q | Q | | | | |", 3, "type", "The type txet is not known. Did you mean text?"),
        ("| | zzzzzz | q | Q | | | | |", 3, "type", "The type zzzzzz is not known."),
        ("| | text | | Q | | | | |", 3, "name", "Write a name for this question"),
        ("| | text | 1 q | Q | | | | |", 3, "name", "The name 1 q cannot be used"),
        ("| | text | who | Q | | | | |", 3, "name", "The name who is used already in row 2."),
        ("| | text | q | | | | | |", 3, "label", "The question q has no label"),
        ("| | select_one yes | q | Q | | | | |", 3, "type", "There is no list of choices named yes"),
        ("| | select_one y | q | Q | | | | |", 3, "type", "Did you mean yn?"),
        (
            "| | text | q | Q | ${whoo} = 'x' | | | |",
            3,
            "relevant",
            "There is no question named whoo. Did you mean who?",
        ),
        ("| | text | q | Q ${zzz} | | | | |", 3, "label", "There is no question named zzz."),
        ("| | text | q | Q | ${who} = 'x | | | |", 3, "relevant", "A quotation mark is opened and not closed"),
        ("| | text | q | Q | | (. > 3 | | |", 3, "constraint", "A closing ) is missing."),
        ("| | text | q | Q | | . > | | |", 3, "constraint", "The expression stops in the middle"),
        ("| | text | q | Q | | . = = 3 | | |", 3, "constraint", "cannot be understood: ="),
        ("| | text | q | Q | | regx(., 'a') | | |", 3, "constraint", "no function named regx(). Did you mean regex()?"),
        ("| | text | q | Q | | regex(.) | | |", 3, "constraint", "too few or too many values"),
        (
            "| | text | q | Q | | . > $x | | |",
            3,
            "constraint",
            "Write the name of a question as in this example: ${name}.",
        ),
        ("| | calculate | q | | | | | |", 3, "calculation", "Write in the column calculation"),
    ],
)
def test_a_fault_names_its_place(rows: str, row: int, column: str, text: str) -> None:
    found = faults(HEAD + GOOD + rows + YES_NO)
    assert [(one.sheet, one.row, one.column) for one in found] == [("survey", row, column)]
    assert text in found[0].say(translator("en"))


def test_all_faults_come_at_once() -> None:
    rows = "| | txet | a | A | | | | |\n| | text | b | B | ${zz} | . > | | |\n| | select_one no | c | C | | | | |"
    found = faults(HEAD + GOOD + rows)
    assert [(one.row, one.column) for one in found] == [
        (3, "type"), (4, "relevant"), (4, "constraint"), (5, "type"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("choices", "column", "text"),
    [
        ("| | l | a | |", "label", "The choice a of the list l has no label."),
        ("| | l | | A |", "name", "A choice of the list l has no name."),
        ("| | l | a b | A |", "name", "The choice name a b holds a blank."),
        ("| | l | a | A |\n| | l | a | B |", "name", "The list l has the choice a twice."),
        ("| | l | a | ${zz} |", "label", "There is no question named zz."),
    ],
)
def test_faults_of_choices(choices: str, column: str, text: str) -> None:
    table = f"{HEAD}{GOOD}| | select_multiple l | q | Q | | | | |\n| choices | list_name | name | label |\n{choices}\n"
    found = faults(table)
    assert [(one.sheet, one.column) for one in found] == [("choices", column)]
    assert text in found[0].say(translator("en"))


def test_a_circle_is_named_with_its_rows() -> None:
    rows = "| | calculate | a | | | | ${b} + 1 | |\n| | calculate | b | | | | ${a} + 1 | |\n"
    found = faults(HEAD + GOOD + rows)
    assert len(found) == 1
    assert "a, b (rows 3, 4)" in found[0].say(translator("en"))


def test_a_question_that_decides_about_itself_is_a_circle() -> None:
    assert "circle" in faults(HEAD + GOOD + "| | text | q | Q | ${q} = 'a' | | | |\n")[0].text


def test_a_form_that_asks_nothing_is_refused() -> None:
    assert faults(HEAD + "| | calculate | a | | | | 1 + 1 | |\n")[0].text == "The form asks no question."


def test_a_fault_that_only_pyxform_sees_keeps_its_row() -> None:
    found = faults(HEAD + GOOD + "| | begin_group | g | G | | | | |\n| | text | q | Q | | | | |\n")
    assert len(found) == 1
    assert found[0].row == 3


def test_the_errors_are_a_problem_for_people() -> None:
    with pytest.raises(FormErrors) as caught:
        form(HEAD + "| | txet | q | Q | | | | |")
    assert "cannot be used yet" in caught.value.say(translator("en"))
    assert "survey 2 type" in str(caught.value)


def test_a_setting_has_no_languages() -> None:
    settings = "| settings |\n| | form_title::Italiano (it) |\n| | Prova |\n"
    (found,) = faults("| survey |\n| | type | name | label |\n| | text | a | A |\n" + settings)
    assert (found.sheet, found.column) == ("settings", "form_title::Italiano (it)")
    assert "call the column form_title" in found.say(translator("en"))
