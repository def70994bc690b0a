"""No part of a cell runs as a formula, and what was made safe is read back as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from core.faults import FileWrong
from core.spreadsheet import plain_cell, read_table, safe_cell


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+39 011", "'+39 011"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "'\t'=1"),
        ("yes;=cmd|'/c calc'!A1", "yes;'=cmd|'/c calc'!A1"),  # Excel in Italy splits at the semicolon
        ('yes;"=cmd"', 'yes;"\'=cmd"'),
        ("one\n@SUM(A1)", "one\n'@SUM(A1)"),
        ("one\ttwo\t-3", "one\ttwo\t'-3"),
        ("5, -3 and a=b; no", "5, -3 and a=b; no"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_what_would_run_gets_an_apostrophe(typed: str, written: str) -> None:
    assert safe_cell(typed) == written
    assert plain_cell(written) == typed


def faults_of(path: Path) -> str:
    """What is said of a file when it is opened or read."""
    try:
        return "; ".join(fault.text for row in read_table(path).rows for fault in row.faults)
    except FileWrong as wrong:
        return str(wrong)


def test_an_array_formula_is_a_formula(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = "name", ArrayFormula("A2:A2", "=SUM(1)")
    book.save(tmp_path / "people.xlsx")
    assert "formula" in faults_of(tmp_path / "people.xlsx")


def test_nul_in_utf_16_is_told(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes("name\nA\0da\n".encode("utf-16"))
    assert "NUL" in faults_of(tmp_path / "people.csv")


def test_a_locked_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("xl/workbook.xml", "<a/>")
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    path.write_bytes(raw)
    assert "password" in faults_of(path)


def test_a_damaged_stream_is_told(tmp_path: Path) -> None:
    book = Workbook()
    for row in range(200):
        book.worksheets[0].append([f"name {row}", f"value {row * 7919}"])
    path = tmp_path / "people.xlsx"
    book.save(path)
    with zipfile.ZipFile(path) as packed:
        entry = packed.getinfo("xl/worksheets/sheet1.xml")
    raw = bytearray(path.read_bytes())
    start = entry.header_offset + 30 + len(entry.filename)
    raw[start + 20 : start + 200] = b"\xff" * 180
    path.write_bytes(raw)
    assert "damaged" in faults_of(path)
