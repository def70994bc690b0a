"""What an office calls the categories of its people, as its package says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from core.database.database import Database
from core.i18n import LANGUAGES
from core.process.package.section import What
from core.process.tables import Office
from tests.package.test_joining import OFFICE
from tests.package.test_package import EXAMPLE, bring, change, faults, line_of, told


def titles(database: Database) -> dict[str, dict[str, str]]:
    return database.read(lambda s: s.scalars(select(Office.category_titles)).one())


def test_an_office_says_what_its_categories_are_called(database: Database, folder: Path) -> None:
    bring(database, folder)
    assert titles(database) == {}
    written = "{mayor: {it: Sindaci, en: Mayors, fr: Maires}}"
    change(folder, "process.yaml", OFFICE, f"kind: authority, categories: {written}}}")
    assert told(bring(database, folder)) == {"office metro": What.CHANGED}
    assert told(bring(database, folder)) == {}
    assert titles(database) == {"mayor": {"it": "Sindaci", "en": "Mayors", "fr": "Maires"}}
    change(folder, "process.yaml", f"kind: authority, categories: {written}}}", OFFICE)
    assert told(bring(database, folder)) == {"office metro": What.CHANGED}
    assert titles(database) == {}
    change(folder, "process.yaml", OFFICE, "kind: authority, categories: {mayor: {it: Primi cittadini, en: M, fr: M}}}")
    assert told(bring(database, folder)) == {"office metro": What.CHANGED}, "they may come again, and corrected"
    assert titles(database)["mayor"]["it"] == "Primi cittadini"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{mayor: {it: Sindaci}}", "no text in en"),
        ("{mayor: Sindaci}", "one text a language"),
        ("{mayor: {it: Sindaci, en: Mayors, xx: Alcaldes}}", "xx"),
        ("yes", "Keys and values"),
    ],
)
def test_titles_that_cannot_work_are_refused_with_their_line(folder: Path, written: str, words: str) -> None:
    change(folder, "process.yaml", OFFICE, f"kind: authority, categories: {written}}}")
    where = f"process.yaml:{line_of(folder, 'office:')}:"
    found = faults(folder)
    assert any(line.startswith(where) and words in line for line in found), found


def test_the_example_says_it_of_each_of_its_categories_in_each_language() -> None:
    with (EXAMPLE / "people" / "participants.csv").open(encoding="utf-8") as file:
        used = {row["category"] for row in csv.DictReader(file)}
    told_there = yaml.safe_load((EXAMPLE / "process.yaml").read_text(encoding="utf-8"))["office"]["categories"]
    assert {name: set(titles) for name, titles in told_there.items()} == {one: set(LANGUAGES) for one in used}
