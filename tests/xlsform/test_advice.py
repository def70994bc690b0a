"""What works badly is told as a warning, with its place and what to write."""

from __future__ import annotations

import pytest

from core.i18n import translator
from surveys.xlsform.advice import warnings_of
from surveys.xlsform.checks import check_sheets
from surveys.xlsform.sheets import read_sheets, warnings_from_pyxform

HEAD = """
| survey | type | name | label | appearance | parameters | choice_filter | required_message | constraint_message |
"""
GOOD = "| | text | who | Who? | multiline | rows=3 | | | |\n"
CHOICES = "| choices | list_name | name | label | zone |\n| | l | red | R | a |\n| | l | dark red | D | b |\n"
LONG = "| choices | list_name | name | label |\n" + "".join(f"| | l | c{number} | C |\n" for number in range(51))


def told(table: str, *files: str, known: bool = True) -> list[tuple[str, int, str, str]]:
    sheets = read_sheets("md", table.encode())
    assert check_sheets(sheets) == []
    return [
        (one.sheet, one.row, one.column, one.say(translator("en")))
        for one in warnings_of(sheets, files if known else None)
    ]


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        ("| | text | q | Q | multilne | | | | |", "appearance", "Did you mean multiline?"),
        ("| | text | q | Q | zzzzzz | | | | |", "appearance", "The appearance zzzzzz is not known and has no effect."),
        ("| | integer | q | Q | | rows=3 | | | |", "parameters", "Questions of type integer have no parameters"),
        ("| | text | q | Q | | | | Please! | |", "required_message", "never shown: the column required is empty"),
        ("| | text | q | Q | | | | | Not so! | |", "constraint_message", "the column constraint is empty"),
        ("| | select_one_from_file towns.csv | q | Q | | | | | |", "type", "The file towns.csv was not sent"),
        ("| | text | q | " + "Q" * 1001 + " | | | | | |", "label", "This text has 1001 characters."),
    ],
)
def test_a_warning_names_its_place(row: str, column: str, text: str) -> None:
    ((sheet, number, found, said),) = told(HEAD + GOOD + row + "\n")
    assert (sheet, number, found) == ("survey", 3, column)
    assert text in said


def test_a_filter_that_asks_for_a_missing_column() -> None:
    row = "| | select_one m | q | Q | | | {} | | |\n"
    choices = "| choices | list_name | name | label | zone |\n| | m | red | R | a |\n| | m | blue | B | b |\n"
    assert told(HEAD + GOOD + row.format("zone = ${who} and name != 'x'") + choices) == []
    ((_, number, column, said),) = told(HEAD + GOOD + row.format("zne = ${who}") + choices)
    assert (number, column) == (3, "choice_filter")
    assert said == "The choices have no column zne: this filter lets nothing through. Did you mean zone?"


def test_a_long_list_wants_to_be_searched() -> None:
    row = "| | select_one l | q | Q | {} | | | | |\n"
    assert told(HEAD + GOOD + row.format("autocomplete") + LONG) == []
    assert told(HEAD + GOOD + row.format("minimal") + LONG) == []
    ((_, number, column, said),) = told(HEAD + GOOD + row.format("") + LONG)
    assert (number, column) == (3, "appearance")
    assert "has 51 choices. Write the appearance autocomplete" in said


def test_a_table_is_asked_row_by_row() -> None:
    rows = "| | begin group | g | G | table-list | | | | |\n| | select_one l | q | Q | minimal | | | | |\n"
    found = told(HEAD + rows + "| | end group |\n" + LONG)
    assert [(one[1], one[2]) for one in found] == [(2, "appearance")]


def test_names_with_blanks_are_told_once_a_list() -> None:
    ((sheet, row, column, said),) = told(HEAD + GOOD + "| | select_one l | q | Q | | | | | |\n" + CHOICES)
    assert (sheet, row, column) == ("choices", 3, "name")
    assert "such as dark red" in said


@pytest.mark.parametrize("other", ["Italiano (it)", "Itallian"])
def test_a_language_is_spelled_in_one_way(other: str) -> None:
    table = (
        "| survey | type | name | label::Italian | label::English (en) |\n| | select_one l | q | Q | Q |\n"
        f"| choices | list_name | name | label::{other} | label::English (en) |\n| | l | a | A | A |\n"
    )
    ((sheet, row, column, said),) = told(table)
    assert (sheet, row, column) == ("choices", 1, f"label::{other}")
    assert "Italian" in said and other in said


def test_a_misspelt_column_is_told() -> None:
    ((_, row, column, said),) = told("| survey | type | name | label | relevent |\n| | text | q | Q | 1 |\n")
    assert (row, column) == (1, "relevent")
    assert "Did you mean relevant?" in said


def test_a_file_that_was_sent_is_not_missed() -> None:
    row = "| | select_one_from_file towns.csv | q | Q | | | | | |\n"
    assert told(HEAD + row, "towns.csv") == []
    assert told(HEAD + row, known=False) == []


def test_appearances_of_other_clients_are_known() -> None:
    words = "w4 columns-3 compact-12 ex:org.example.app(x='a b') search('towns')"
    assert told(HEAD + f"| | text | q | Q | {words} | | | | |\n") == []


def test_warnings_of_the_converter_have_their_place() -> None:
    said = ["[row : 4] Repeat has no label: {'name': 'r'}", "[row : 5] Use the max-pixels parameter to speed up."]
    (found,) = warnings_from_pyxform(said)
    assert (found.sheet, found.row, dict(found.values)["reason"]) == ("survey", 4, "Repeat has no label: {'name': 'r'}")
