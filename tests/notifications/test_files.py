"""What may go with a mailing, told by its contents, and what is said of everything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Problem
from notifications.content.check import Allowed, check_text
from notifications.content.errors import (
    FileKindUnknown,
    FileMissing,
    FileNameUnfit,
    FileNotWhatItSays,
    FileTooHeavy,
    MailTooLarge,
    PictureShapeUnfit,
    PictureTooLarge,
    PictureUnfit,
    PictureWithoutWords,
    TooManyFiles,
    VariableMisplaced,
)
from notifications.content.files import MEGABYTE, NAME, MailedFile, fitting_name, look_at
from tests.support.attachments import GIF, HTML, PDF, PROGRAM, SVG, ZIP, jpeg, office_file, png

OPEN_XML = "application/vnd.openxmlformats-officedocument"
ODT = "application/vnd.oasis.opendocument.text"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", png(3, 2), "image/png"),
        ("a.JPG", jpeg(4, 5), "image/jpeg"),
        ("a.gif", GIF, "image/gif"),
        ("Programma (bozza 2), 1.3.pdf", PDF, "application/pdf"),
        ("citt\u0061\u0300.pdf", PDF, "application/pdf"),
        ("a.docx", office_file("word/document.xml"), f"{OPEN_XML}.wordprocessingml.document"),
        ("a.xlsx", office_file("xl/workbook.xml"), f"{OPEN_XML}.spreadsheetml.sheet"),
        ("a.odt", office_file("mimetype", ODT), ODT),
        ("a.csv", "nome;città\r\n".encode(), "text/csv; charset=utf-8"),
        ("a.csv", "città".encode("latin-1"), "text/csv"),
        ("a.txt", b"x", "text/plain; charset=utf-8"),
        ("a.ics", CALENDAR, "text/calendar; charset=utf-8; method=PUBLISH"),
        ("a.ics", CALENDAR.replace(b"METHOD:PUBLISH\r\n", b""), "text/calendar; charset=utf-8"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_contents_say(name: str, content: bytes, media_type: str) -> None:
    file = look_at(name, content)
    assert (file.media_type, file.size) == (media_type, len(content))
    assert NAME.fullmatch(file.name)


def test_the_size_of_pictures_is_read_from_their_heads() -> None:
    sizes = [look_at(name, content) for name, content in (("a.png", png(30, 20)), ("b.jpeg", jpeg(40, 50)))]
    assert [(one.width, one.height) for one in sizes] == [(30, 20), (40, 50)]


@pytest.mark.parametrize("content", [HTML, SVG, PROGRAM, PDF, b"", ZIP, jpeg(1, 1), png()[:14], b"\x89PNG\r\n\x1a\n"])
def test_a_picture_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(FileNotWhatItSays):
        look_at("a.png", content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", ZIP), ("a.docx", office_file("xl/workbook.xml")), ("a.odt", office_file("mimetype", "x" * 900_000)),
        ("a.odt", office_file("mimetype", "application/zip")), ("a.pdf", png()), ("a.txt", PROGRAM), ("a.ics", b"x"),
        ("a.ics", b"BEGIN:VCALENDAR\r\n\xff"), ("a.jpg", b"\xff\xd8\xff\xc0\0"), ("a.jpg", b"\xff\xd8\xff\xff\xff"),
        ("a.gif", b"GIF89a\0\0\0\0"), ("a.csv", b"a\0b"), ("a.csv", b"x" * 5000 + b"\0"),
    ],
)  # fmt: skip
def test_what_is_not_what_its_name_says(name: str, content: bytes) -> None:
    with pytest.raises(FileNotWhatItSays):
        look_at(name, content)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../a.pdf", FileNameUnfit),
        ("/etc/passwd.txt", FileNameUnfit),
        ("a\\b.pdf", FileNameUnfit),
        ('a"b.pdf', FileNameUnfit),
        ("a\r\nBcc: x@example.org.pdf", FileNameUnfit),
        ("a;b.pdf", FileNameUnfit),
        (".pdf", FileNameUnfit),
        ("a" * 120 + ".pdf", FileNameUnfit),
        ("a<b>.pdf", FileNameUnfit),
        ("\u202eabc.pdf", FileNameUnfit),
        ("a.exe", FileKindUnknown),
        ("a.html", FileKindUnknown),
        ("a.docm", FileKindUnknown),
    ],
)
def test_a_name_leads_nowhere_and_forges_nothing(name: str, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        look_at(name, PDF)


@given(st.text(max_size=300))
def test_whatever_a_browser_calls_a_file_it_gets_a_fitting_name(name: str) -> None:
    fitting = fitting_name(f"{name}.pdf")
    assert look_at(fitting, PDF).name == fitting


@pytest.mark.parametrize(
    ("given_name", "fitting"),
    [
        ("C:\\Documenti\\Programma.pdf", "Programma.pdf"),
        ("../../etc/a.pdf", "a.pdf"),
        ('Bozza "finale".pdf', "Bozza -finale.pdf"),
        ("a\r\nb.pdf", "a-b.pdf"),
        ("a%22b%0D%0Ac 100%.pdf", "a-b-c 100.pdf"),
        ("Città è.pdf", "Città è.pdf"),
        ("????.pdf", "file.pdf"),
    ],
)
def test_names_that_browsers_send(given_name: str, fitting: str) -> None:
    assert fitting_name(given_name) == fitting


def test_a_file_that_telegram_would_not_take_is_too_large() -> None:
    with pytest.raises(FileTooHeavy):
        look_at("a.pdf", PDF + bytes(51 * MEGABYTE))


def picture(name: str = "a.png", **values: Any) -> MailedFile:
    return replace(MailedFile(name, "image/png", name, 9, 9, 9), **values)


BIG = MailedFile("big.pdf", "application/pdf", "b", 8 * MEGABYTE)
FILES = {
    one.name: one
    for one in (
        BIG,
        *(picture(f"{number}.png") for number in range(11)),
        picture("heavy.png", size=2 * MEGABYTE + 1),
        picture("long.png", width=300, height=10),
        picture("wide.png", width=9000, height=2000),
        picture("città bella.png"),
    )
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"body": "![A square](0.png) [![A map](1.png)](https://example.org) ![Sì](<città bella.png>)"}, None),
        ({"body": "x", "attachments": ["0.png"]}, None),
        ({"body": "![ ](0.png)"}, PictureWithoutWords),
        ({"body": "![](0.png)"}, PictureWithoutWords),
        ({"body": "![Missing](none.png)"}, FileMissing),
        ({"body": "![Elsewhere](https://example.org/0.png)"}, FileMissing),
        ({"body": "![Up](../0.png)"}, FileMissing),
        ({"body": "![A text](big.pdf)"}, PictureUnfit),
        ({"body": "![Heavy](heavy.png)"}, PictureTooLarge),
        ({"body": "![Long](long.png)"}, PictureShapeUnfit),
        ({"body": "![Wide](wide.png)"}, PictureShapeUnfit),
        ({"body": "![For {{ name }}](0.png)"}, VariableMisplaced),
        ({"body": "![For]({{ name }}.png)"}, VariableMisplaced),
        ({"body": " ".join(f"![n]({number}.png)" for number in range(11))}, TooManyFiles),
        ({"attachments": [f"{number}.png" for number in range(11)]}, TooManyFiles),
        ({"attachments": ["none.pdf"]}, FileMissing),
        ({"attachments": ["big.pdf"]}, MailTooLarge),
    ],
)
def test_what_is_wrong_with_the_files_of_a_text(change: dict[str, Any], problem: type[Problem] | None) -> None:
    text = {"language": "it", "subject": "Invito", "body": "Buongiorno.", "buttons": []} | change
    found = check_text(text, Allowed(files=FILES))
    assert [type(one) for one in found] == ([problem] if problem else [])


def test_the_limit_counts_what_leaves() -> None:
    text = {"language": "it", "subject": "Invito", "body": "Buongiorno.", "buttons": [], "attachments": ["big.pdf"]}
    assert [one.values["size"] for one in check_text(text, Allowed(files=FILES))] == [
        "11.0"
    ]  # a third more, and line ends
    assert check_text(text, Allowed(files=FILES, limit_mb=12)) == []
