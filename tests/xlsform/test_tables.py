"""CSV and Markdown read as sheets."""

from __future__ import annotations

import pytest

from surveys.xlsform.errors import FormErrors
from surveys.xlsform.files import read_file
from surveys.xlsform.sheets import Sheets, read_sheets


def sheets(text: str, filename: str) -> Sheets:
    return read_sheets(*read_file(text.encode(), filename))


def refused(text: str, filename: str) -> tuple[str, int, str]:
    with pytest.raises(FormErrors) as caught:
        sheets(text, filename)
    (fault,) = caught.value.errors
    return fault.sheet, fault.row, fault.text


def test_a_sheet_may_begin_on_its_own_line_or_with_its_headers() -> None:
    apart = sheets(
        "| survey |\n| | type | name |\n| | text | a |\n| choices |\n| | list_name | name |\n| | l | x |\n", "f.md"
    )
    joined = sheets("| survey | type | name |\n| | text | a |\n| choices | list_name | name |\n| | l | x |\n", "f.md")
    assert apart.survey == joined.survey
    assert apart.choices == joined.choices
    assert apart.choices[0].get("list_name") == "l"


def test_rules_comments_and_escaped_bars() -> None:
    table = "# a form\n| survey | type | name | label |\n|---|:---|---|---|\n| | text | a | this \\| that | # a note\n"
    (row,) = sheets(table, "f.md").survey
    assert row.get("label") == "this | that"


def test_only_line_breaks_part_rows() -> None:
    (row,) = sheets("| survey | type | name | label |\r\n| | text | a | one\u2028two\x85three |\r\n", "f.md").survey
    assert row.get("label") == "one\u2028two\x85three"


@pytest.mark.parametrize("mark", [",", ";"])
def test_the_columns_of_csv_are_parted_by_commas_or_semicolons(mark: str) -> None:
    table = 'survey,type,name,label\n,text,a,"A; or, B"\n\nsettings,form_title,,\n,Title,,\n'
    if mark == ";":
        table = 'survey;type;name;label\n;text;a;"A; or, B"\n\nsettings;form_title;;\n;Title;;\n'
    found = sheets(table, "f.csv")
    assert found.survey[0].get("label") == "A; or, B"
    assert found.setting("form_title") == "Title"


def test_one_sheet_is_the_survey_whatever_its_name() -> None:
    assert sheets("| my form | type | name |\n| | text | a |\n", "f.md").survey[0].get("type") == "text"


def test_sheets_without_a_survey_are_no_form() -> None:
    assert "not a questionnaire" in refused("| choices | list_name |\n| | l |\n| settings | x |\n| | y |\n", "f.md")[2]


def test_a_row_longer_than_its_headers_is_told() -> None:
    sheet, row, text = refused("| survey | type | name |\n| | text | a | this | that |\n", "f.md")
    assert (sheet, row) == ("survey", 2)
    assert "For a bar within a text" in text


@pytest.mark.parametrize(
    ("text", "filename"),
    [("| survey | type | name | type |\n", "f.md"), ("survey,type,name,type\n,text,a,b\n", "f.csv")],
)
def test_a_column_that_stands_twice_is_told(text: str, filename: str) -> None:
    sheet, row, told = refused(text, filename)
    assert (sheet, row) == ("survey", 1)
    assert "stands twice" in told
