"""An office that people may join by themselves, as its package says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.database.database import Database
from core.process.package.section import What
from core.process.tables import Office
from tests.package.test_package import bring, change, faults, line_of, told

OFFICE = "kind: authority}"
TEXT_IN_BOTH = "text: {it: Acconsento., en: I agree.}"


def test_an_office_opens_to_people_who_join_by_themselves(database: Database, folder: Path) -> None:
    bring(database, folder)
    assert database.read(lambda s: s.scalars(select(Office.joining)).one()) == {}
    change(folder, "process.yaml", OFFICE, f"kind: authority, joining: {{open: true, {TEXT_IN_BOTH}}}}}")
    assert told(bring(database, folder)) == {"office metro": What.CHANGED}
    assert told(bring(database, folder)) == {}
    kept = database.read(lambda s: s.scalars(select(Office.joining)).one())
    assert kept == {"open": True, "text": {"it": "Acconsento.", "en": "I agree."}}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{open: true}", "write it after text"),
        ("{text: {it: Sì., en: Yes.}}", "open is missing"),
        ("{open: true, text: {it: Sì.}}", "no text in en"),
        (f"{{open: true, text: {{it: {'x' * 2501}, en: Yes.}}}}", "too long"),
        (f"{{open: true, text: {{it: {'🙂' * 1251}, en: Yes.}}}}", "too long"),
        ("{open: maybe, text: {it: Sì., en: Yes.}}", "true or false"),
        ("{open: true, txet: {it: Sì., en: Yes.}}", "Did you mean text"),
        ("yes", "Keys and values"),
    ],
)
def test_joining_that_cannot_work_is_refused_with_its_line(folder: Path, written: str, words: str) -> None:
    change(folder, "process.yaml", OFFICE, f"kind: authority, joining: {written}}}")
    where = f"process.yaml:{line_of(folder, 'office:')}:"
    found = faults(folder)
    assert any(line.startswith(where) and words in line for line in found), found
