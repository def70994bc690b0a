"""Spreadsheets that mean harm are refused, and the reason is said; bench/hostile.py measures what that costs."""

from __future__ import annotations

import pytest

from surveys.xlsform.compile import compile_form
from surveys.xlsform.errors import FormErrors
from surveys.xlsform.files import read_file
from surveys.xlsform.sheets import read_sheets
from tests.xlsform.hostile import CASES, Case, archive, cell, row, sheet, survey


def refusal(file: bytes, filename: str) -> FormErrors:
    with pytest.raises(FormErrors) as caught:
        compile_form(file, filename, name="form", version=1)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_is_refused_with_a_reason(case: Case) -> None:
    assert case.said in str(refusal(case.make(), case.filename))


def test_the_frame_of_the_hostile_files_is_a_good_form() -> None:
    compiled = compile_form(archive(survey()), "f.xlsx", name="form", version=1)
    assert next(one.ref for one in compiled.form.questions()) == "/data/who"


def test_a_formula_is_taken_by_the_value_that_was_saved() -> None:
    computed = '<row><c t="str"><f>"te"&amp;"xt"</f><v>text</v></c>' + cell("who") + cell("Who?") + "</row>"
    sheets = read_sheets(*read_file(archive(sheet(row("type", "name", "label"), computed)), "f.xlsx"))
    assert sheets.survey[0].get("type") == "text"


def test_a_formula_without_a_value_is_told_with_its_place() -> None:
    formula = '<row r="2">' + cell("text") + cell("who") + '<c r="C2"><f>1+1</f></c></row>'
    (fault,) = refusal(archive(sheet(row("type", "name", "label"), formula)), "f.xlsx").errors
    assert (fault.sheet, fault.row, fault.column) == ("survey", 2, "C")


def test_an_empty_text_that_a_formula_gave_is_a_value() -> None:
    empty = "<row>" + cell("text") + cell("who") + cell("Who?") + '<c t="str"><f>""</f><v></v></c></row>'
    assert read_sheets(*read_file(archive(sheet(row("type", "name", "label", "hint"), empty)), "f.xlsx")).survey


def test_rows_that_are_only_formatted_do_not_count() -> None:
    blank = '<row><c s="1"/></row>' * 20_000
    sheets = read_sheets(*read_file(archive(survey().replace("</sheetData>", blank + "</sheetData>")), "f.xlsx"))
    assert len(sheets.survey) == 1


def test_links_from_texts_to_the_web_are_no_links_to_files() -> None:
    relation = (
        '<Relationships><Relationship Id="rId1" Type="hyperlink" Target="https://example.org" TargetMode="External"/>'
    )
    file = archive(survey(), **{"xl__worksheets___rels__sheet1.xml.rels": relation + "</Relationships>"})
    assert read_sheets(*read_file(file, "f.xlsx")).survey


def test_an_invisible_character_is_told_with_its_place() -> None:
    (fault,) = refusal(b"| survey | type | name | label |\n| | text | q | a\x07b |\n", "f.md").errors
    assert (fault.sheet, fault.row, fault.column) == ("survey", 2, "label")


def test_a_sheet_in_another_encoding_is_refused() -> None:
    wide = survey().encode("utf-16").decode("latin-1")
    assert "damaged" in str(refusal(archive(survey(), xl__worksheets__sheet2=wide), "f.xlsx"))
