"""Kinds of files, and files that mean harm."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from surveys.engine.form import Form, Kind
from surveys.xlsform.check import check_json
from surveys.xlsform.compile import compile_form, compile_xform, publication_errors
from surveys.xlsform.errors import FormErrors

SURVEY = [["type", "name", "label"], ["text", "who", "Who?"], ["select_one yn", "ok", "Well, ${who}?"]]
CHOICES = [["list_name", "name", "label"], ["yn", "si", "Sì"], ["yn", "no", "No"]]
MARKDOWN = (
    "| survey | type | name | label |\n| | text | who | Who? |\n| | select_one yn | ok | Well, ${who}? |\n"
    "| choices | list_name | name | label |\n| | yn | si | Sì |\n| | yn | no | No |\n"
)
CSV = (
    'survey,type,name,label\n,text,who,Who?\n,select_one yn,ok,"Well, ${who}?"\n'
    "choices,list_name,name,label\n,yn,si,Sì\n,yn,no,No\n"
)


def workbook() -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in (("survey", SURVEY), ("choices", CHOICES)):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def refusal(data: bytes, filename: str) -> str:
    with pytest.raises(FormErrors) as caught:
        compile_form(data, filename, name="form", version=1)
    return caught.value.errors[0].text


def outline(form: Form) -> list[tuple[str, Kind, str]]:
    return [(one.ref, one.kind, one.choices) for one in form.questions()]


@pytest.mark.parametrize(
    ("data", "filename"), [(workbook(), "f.xlsx"), (CSV.encode(), "f.csv"), (MARKDOWN.encode(), "f.md")]
)
def test_every_kind_of_file_gives_the_same_form(data: bytes, filename: str, tmp_path: Path) -> None:
    compiled = compile_form(data, filename, name="form", version=3)
    assert outline(compiled.form)[:2] == [("/data/who", Kind.TEXT, ""), ("/data/ok", Kind.SELECT_ONE, "yn")]
    assert (compiled.form.name, compiled.form.version) == ("form", 3)
    path = tmp_path / filename
    path.write_bytes(data)
    assert outline(compile_form(path, filename, name="form", version=3).form) == outline(compiled.form)


def test_a_stored_form_is_compiled_from_its_xform() -> None:
    compiled = compile_form(MARKDOWN.encode(), "f.md", name="form", version=1)
    assert compile_xform(compiled.xform, name="form", version=1) == compiled.form
    again = compile_form(compiled.xform.encode(), "f.xml", name="form", version=1)
    assert again.form == compiled.form
    assert again.xform == compiled.xform


@pytest.mark.parametrize(
    ("data", "filename", "text"),
    [
        (b"%PDF-1.7", "f.pdf", "This is not a questionnaire"),
        (b"not a zip", "f.xlsx", "damaged"),
        (b"PK\x03\x04broken", "f.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0broken", "f.xls", "damaged"),
        (b"<html", "f.xml", "damaged"),
        (b"<html/>", "f.xml", "damaged"),
        (b"\xff\xfe\xff", "f.xml", "damaged"),
        (b"x" * (10 * 1024 * 1024 + 1), "f.csv", "too large"),
        (b"", "f.csv", "This is not a questionnaire"),
        (b"", "f.md", "This is not a questionnaire"),
        (b"hello", "f.csv", "This is not a questionnaire"),
    ],
)
def test_files_that_are_no_form(data: bytes, filename: str, text: str) -> None:
    assert text in refusal(data, filename)


def test_an_archive_that_unpacks_to_too_much_is_refused_unread() -> None:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (61 * 1024 * 1024))
    assert "too large" in refusal(file.getvalue(), "f.xlsx")


def test_a_sheet_of_too_many_cells_is_refused_unread() -> None:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 500_001)
    assert "too many cells" in refusal(file.getvalue(), "f.xlsx")


@pytest.mark.parametrize("entity", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY x "lol">'])
def test_an_xform_with_entities_is_refused(entity: str) -> None:
    xform = compile_form(MARKDOWN.encode(), "f.md", name="form", version=1).xform
    evil = xform.replace("<h:html", f"<!DOCTYPE h [{entity}]><h:html", 1).replace("Who?", "&x;", 1)
    assert "damaged" in refusal(evil.encode(), "f.xml")


def test_an_xform_with_a_deep_or_foreign_expression_is_refused() -> None:
    xform = compile_form(MARKDOWN.encode(), "f.md", name="form", version=1).xform
    for condition in ("(" * 10_000 + "1" + ")" * 10_000, "/data/zzz = 1", "document('file:///etc/passwd')"):
        evil = xform.replace('<bind nodeset="/data/ok"', f'<bind relevant="{condition}" nodeset="/data/ok"', 1)
        assert evil != xform
        assert refusal(evil.encode(), "f.xml")


def test_checking_a_file_gives_places_and_texts(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(MARKDOWN, "utf-8")
    bad.write_text(MARKDOWN.replace("text", "txet"), "utf-8")
    assert check_json(good) == {"errors": [], "warnings": []}
    told = check_json(bad)["errors"]
    assert told == [
        {"sheet": "survey", "row": 2, "column": "type", "text": "The type txet is not known. Did you mean text?"}
    ]


def test_a_missing_translation_stops_publication_alone() -> None:
    table = (
        "| survey | type | name | label::Italiano (it) | label::English (en) |\n"
        "| | text | who | Chi? | Who? |\n| | text | why | Perché? | |\n"
    )
    compiled = compile_form(table.encode(), "f.md", name="form", version=1)
    assert compiled.form.languages == ("it", "en")
    (missing,) = publication_errors(compiled.form)
    assert dict(missing.values) == {"part": "label", "name": "why", "language": "en"}
    located = [one for one in compiled.stumbles if one.text == missing.text]
    assert [(one.row, one.column) for one in located] == [(3, "label")]


def test_a_complete_translation_may_be_published() -> None:
    compiled = compile_form(MARKDOWN.encode(), "f.md", name="form", version=1)
    assert publication_errors(compiled.form) == ()


def test_serving_a_stored_form_does_not_import_pyxform() -> None:
    code = "import sys, surveys.xlsform.compile, surveys.engine.dialogue; sys.exit('pyxform' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
