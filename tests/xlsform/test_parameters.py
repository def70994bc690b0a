"""Parameters, defaults and triggers that do not fit their question."""

from __future__ import annotations

import pytest

from core.i18n import translator
from surveys.xlsform.checks import check_sheets
from surveys.xlsform.sheets import read_sheets

HEAD = "| survey | type | name | label | parameters | default | trigger |\n| | text | who | Who? | | | |\n"
CHOICES = "| choices | list_name | name | label |\n| | l | red | R |\n| | l | blue | B |\n| | l | dark red | D |\n"
CHOICES += "| | m | red | R |\n| | m | blue | B |\n"


def told(kind: str, parameters: str = "", default: str = "", trigger: str = "") -> list[tuple[int, str, str]]:
    row = f"| | {kind} | q | Q | {parameters} | {default} | {trigger} |\n"
    found = check_sheets(read_sheets("md", (HEAD + row + CHOICES).encode()))
    return [(one.row, one.column, one.say(translator("en"))) for one in found]


@pytest.mark.parametrize(
    ("kind", "parameters", "text"),
    [
        ("range", "start=one", "The parameter start must be a number; one is none."),
        ("range", "start=1 end=nan", "The parameter end must be a number"),
        ("range", "start=1 end=5 step=0", "The parameter step must be a number above 0."),
        ("range", "start=1 end=5 step=-1", "The parameter step must be a number above 0."),
        ("range", "start=1 end=5 step=9", "larger than the whole scale, which goes from 1 to 5"),
        ("range", "start=1 end=5 tick_labelset=zz", "no list of choices named zz"),
        ("range", "1 to 5", "Write them as in this example: start=1 end=10 step=1"),
        ("range", "begin=1 end=5", "have no parameter begin. There are: start, end, step"),
        ("range", "start=1 ends=5", "Did you mean end?"),
        ("text", "rows=many", "The parameter rows must be a number"),
        ("text", "row=3", "Did you mean rows?"),
        ("select_one l", "randomize=maybe", "is true or false; maybe is neither"),
        ("select_one l", "seed=4", "only together with randomize=true"),
        ("select_one l", "randomize=true seed=x", "as in this example: randomize=true seed=${name}"),
        ("image", "max-pixels=big", "The parameter max-pixels must be a number"),
    ],
)
def test_a_parameter_that_does_not_fit(kind: str, parameters: str, text: str) -> None:
    found = told(kind, parameters)
    assert [one[:2] for one in found] == [(3, "parameters")]
    assert text in found[0][2]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("range", "start=1;end=5;step=0.5"),
        ("range", "start=10, end=1, step=3"),
        ("range", "start = 1 end = 5"),
        ("text", "rows=5"),
        ("select_multiple m", "randomize=true seed=${who}"),
        ("select_one_from_file towns.csv", "value=code label=town"),
        ("geopoint", "capture-accuracy=10 allow-mock-accuracy=true"),
        ("audit", "track-changes=true"),
    ],
)
def test_a_parameter_that_fits(kind: str, parameters: str) -> None:
    assert told(kind, parameters) == []


@pytest.mark.parametrize(
    ("kind", "default", "text"),
    [
        ("integer", "two", "The default two is no integer. Write it as in this example: 12"),
        ("integer", "2.5", "is no integer"),
        ("decimal", "1,5", "is no decimal"),
        ("range", "middle", "is no range"),
        ("date", "31.5.2024", "as in this example: 2024-05-31"),
        ("date", "2024-02-30", "is no date"),
        ("time", "noon", "as in this example: 14:30"),
        ("dateTime", "tomorrow", "is no dateTime"),
        ("geopoint", "Torino", "as in this example: 45.07 7.69"),
        ("select_one l", "bleu", "The default bleu is no choice of the list l. Did you mean blue?"),
        ("select_one l", "zzzzzzzz", "Write the name of one of its choices."),
        ("select_multiple m", "red green", "The default green is no choice of the list m."),
        ("text", "${whoo}", "There is no question named whoo. Did you mean who?"),
        ("text", "concat('a', ", "taken for an expression"),
        ("text", "one - two three", "If it is a text, write it in quotation marks: 'one - two'"),
    ],
)
def test_a_default_that_does_not_fit(kind: str, default: str, text: str) -> None:
    found = told(kind, default=default)
    assert [one[:2] for one in found] == [(3, "default")]
    assert text in found[0][2]


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        ("integer", "-3"), ("integer", "${who} + 1"), ("decimal", "1.5"), ("date", "2024-05-31"), ("date", "today()"),
        ("date", "2024-05-31 00:00:00"), ("time", "14:30:00"), ("dateTime", "2024-05-31T14:30:00+02:00"),
        ("select_one l", "dark red"), ("select_multiple m", "red blue"), ("select_one l or_other", "other"),
        ("text", "'anything - at all'"), ("text", "any text"), ("geopoint", "45.07 7.69 0 0"), ("image", "tree.jpg"),
    ],
)  # fmt: skip
def test_a_default_that_fits(kind: str, default: str) -> None:
    assert told(kind, default=default) == []


def test_a_trigger_names_a_question() -> None:
    assert told("text", trigger="${who}") == []
    ((row, column, text),) = told("text", trigger="${whom}")
    assert (row, column, text) == (3, "trigger", "There is no question named whom. Did you mean who?")
    ((row, column, text),) = told("text", trigger="who")
    assert (row, column) == (3, "trigger")
    assert "as in this example: ${name}" in text
