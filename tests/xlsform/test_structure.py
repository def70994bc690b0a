"""Groups and repeats that do not close, and names that clash."""

from __future__ import annotations

import pytest

from core.i18n import translator
from surveys.xlsform.checks import check_sheets
from surveys.xlsform.sheets import read_sheets

INSIDE = "\n| | text | q | Q | |\n| | end repeat | | | |"
HEAD = "| survey | type | name | label | repeat_count |\n| | text | who | Who? | |\n"
CHOICES = "| choices | list_name | name | label |\n| | l | a | A |\n"


def told(rows: str) -> list[tuple[int, str, str]]:
    found = check_sheets(read_sheets("md", (HEAD + rows + CHOICES).encode()))
    return [(one.row, one.column, one.say(translator("en"))) for one in found]


@pytest.mark.parametrize(
    ("rows", "row", "column", "text"),
    [
        ("| | begin group | g | G | |\n| | text | q | Q | |", 3, "type", "The group begun here is never closed."),
        ("| | begin_repeat | r | R | |\n| | text | q | Q | |", 3, "type", "Write end repeat after its last question."),
        ("| | text | q | Q | |\n| | end group | | | |", 4, "type", "Nothing is open here that end group could close."),
        (
            "| | begin repeat | r | R | |\n| | text | q | Q | |\n| | end group | | | |",
            5,
            "type",
            "The repeat begun in row 3 is still open here. Write end repeat before closing anything else.",
        ),
        ("| | text | meta | M | |", 3, "name", "The name meta is reserved."),
        (
            "| | begin repeat | data | R | |" + INSIDE,
            3,
            "name",
            "name of the form",
        ),
        ("| | select_one l or_other | a | A | |\n| | text | a_other | B | |", 4, "name", "used already in row 3"),
        (
            "| | begin repeat | r | R | 1001 |" + INSIDE,
            3,
            "repeat_count",
            "at most 1000",
        ),
        (
            "| | begin repeat | r | R | 1000 * 1000 * 1000 |" + INSIDE,
            3,
            "repeat_count",
            "1000 * 1000 * 1000 repetitions are too many",
        ),
        (
            "| | begin repeat | r | R | -1 |" + INSIDE,
            3,
            "repeat_count",
            "-1 is no",
        ),
        (
            "| | begin repeat | r | R | 2.5 |" + INSIDE,
            3,
            "repeat_count",
            "2.5 is no",
        ),
        (
            "| | begin repeat | r | R | 'x' |" + INSIDE,
            3,
            "repeat_count",
            "'x' is no",
        ),
        (
            "| | begin repeat | r | R | 1 div 0 |" + INSIDE,
            3,
            "repeat_count",
            "is no",
        ),
    ],
)
def test_a_fault_of_structure_names_its_place(rows: str, row: int, column: str, text: str) -> None:
    found = told(rows + "\n")
    assert [one[:2] for one in found] == [(row, column)]
    assert text in found[0][2]


def test_crossed_groups_are_told_once() -> None:
    rows = (
        "| | begin group | g | G | |\n| | begin repeat | r | R | |\n| | text | q | Q | |\n"
        "| | end group | | | |\n| | text | after | A | |\n"
    )
    assert [one[0] for one in told(rows)] == [6]


def test_two_repeats_need_two_names_wherever_they_stand() -> None:
    inside = "| | begin repeat | r | R | |\n| | text | q | Q | |\n| | end repeat | | | |\n"
    found = told(inside + "| | begin group | g | G | |\n" + inside + "| | end group | | | |\n")
    assert [one[:2] for one in found] == [(7, "name")]
    assert "row 3" in found[0][2]


@pytest.mark.parametrize("count", ["1000", "0", "${who}", "25 * 40", "${who} * 1000000"])
def test_a_possible_count_passes(count: str) -> None:
    assert told(f"| | begin repeat | r | R | {count} |\n| | text | q | Q | |\n| | end repeat | | | |\n") == []


def test_groups_go_only_so_deep() -> None:
    depth = 30
    opened = "".join(f"| | begin group | g{number} | G | |\n" for number in range(depth))
    found = told(opened + "| | text | q | Q | |\n" + "| | end group | | | |\n" * depth)
    assert [one[:2] for one in found] == [(23, "type")]
    assert "more than 20" in found[0][2]


def test_faults_beyond_number_are_cut_off() -> None:
    found = told("".join(f"| | txet | q{number} | Q | |\n" for number in range(300)))
    assert len(found) == 101
    assert found[-1][2].startswith("There are more than 100 faults.")
