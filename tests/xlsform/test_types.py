"""Every type that XLSForm knows passes the check of the sheets, and each says what it takes."""

from __future__ import annotations

import pytest

from surveys.xlsform.checks import check_sheets
from surveys.xlsform.errors import FormError
from surveys.xlsform.rowtypes import COMMON, RowType, known_types, read_type
from surveys.xlsform.sheets import Row, read_sheets

HEAD = """
| survey | type | name | label | calculation | repeat_count | choice_filter |
| | text | who | Who? | | | |
"""
REPEAT = "| | begin_repeat | r | R | | ${who} + 1 | |\n| | text | n | N | | | |\n| | end_repeat | | | | | |\n"
NESTED = "| | begin group | g | G | | | |\n" + REPEAT + "| | end group | | | | | |\n"
CHOICES = "| choices | list_name | name | label |\n| | l | a | A |\n| | l | b | B |\n"
EXTERNAL = "| external_choices | list_name | name | label |\n| | e | a | A |\n"
PLAIN = [one for one in COMMON if not one.startswith(("select", "rank", "begin", "end "))]


def told(rows: str, *files: str, known: bool = True) -> list[FormError]:
    head = (
        "| survey | type | name | label | calculation | repeat_count | choice_filter |\n| | text | who | Who? | | | |\n"
    )
    return check_sheets(read_sheets("md", (head + rows + CHOICES + EXTERNAL).encode()), files if known else None)


@pytest.mark.parametrize("kind", [*PLAIN, "imei", "photo", "gps", "location", "string", "trigger", "datetime", "osm"])
def test_a_plain_type_passes(kind: str) -> None:
    assert told(f"| | {kind} | audit | Q | 1 + 1 | | |\n") == []


@pytest.mark.parametrize(
    "rows",
    [
        "| | select_one l | q | Q | | | |",
        "| | select_multiple l or_other | q | Q ${q_other} | | | |",
        "| | select all that apply from l or specify other | q | Q | | | |",
        "| | rank l | q | Q | | | |",
        "| | select_one_from_file towns.csv | q | Q | | | |",
        "| | select_multiple_from_file  towns.geojson | q | Q | | | |",
        "| | select_one_external e | q | Q | | | a=${who} |",
        "| | osm l | q | Q | | | |",
        REPEAT + "| | select_one ${n} | q | Q | | | |",
        NESTED,
        "| | begin loop over l | p | P | | | |\n| | text | n | How many %(label)s? | | | |\n| | end loop | | | | | |",
    ],
)
def test_a_type_with_a_list_or_an_inside_passes(rows: str) -> None:
    assert told(rows + "\n") == []


def test_every_type_of_pyxform_is_taken_apart() -> None:
    assert all(kind.kind for kind in known_types().values())
    assert {known_types()[name].kind for name in ("image", "photo", "q picture")} == {"image"}
    row = Row(2, {("type", ""): "select_one  towns or_other"}, {})
    assert read_type(row) == RowType("select_one", listed="towns", origin="choices", other=True)


def test_a_data_file_is_asked_for_where_an_expression_needs_it() -> None:
    rows = "| | calculate | q | | pulldata('fruits', 'a', 'b', 'c') | | |\n"
    (missing,) = told(rows)
    assert (missing.row, missing.column, dict(missing.values)) == (3, "calculation", {"name": "fruits"})
    assert told(rows, "fruits.csv") == []
    named = "| | select_one_from_file fruits.csv | f | F | | | |\n"
    assert len(told(rows + named)) == 1
    assert told(rows + named, known=False) == []
    assert len(told(rows, known=False)) == 1


def test_a_list_is_asked_for_where_an_expression_looks_into_it() -> None:
    assert told("| | calculate | q | | count(instance('l')/root/item) | | |\n") == []
    (missing,) = told("| | calculate | q | | count(instance('zz')/root/item) | | |\n")
    assert missing.text.startswith("There is neither a list")
