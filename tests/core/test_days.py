"""Days at every door, as their readers write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from core.days import full_day, long_day, write_day, write_instant
from core.process.events import EventFacts
from notifications.sending.change_words import change_words
from surveys.engine.form import Kind
from surveys.engine.spoken import say_moment
from tools.files import PACKAGES, ROOT
from web.written import write_in_words

FIRST = date(2024, 12, 1)
BY_HAND = re.compile(r"^from babel\.dates import .*\bformat_date(?:time)?\b", re.M)


@pytest.mark.parametrize(
    ("language", "full", "short"),
    [
        ("fr", "dimanche 1er décembre 2024", "dim. 1er déc."),
        ("it", "domenica 1 dicembre 2024", "dom 1 dic"),
        ("en", "Sunday 1 December 2024", "Sun 1 Dec"),
    ],
)
def test_in_french_the_first_of_a_month_is_an_ordinal(language: str, full: str, short: str) -> None:
    assert full_day(FIRST, language) == full and write_day(FIRST, "EEE d MMM", language) == short
    assert long_day(FIRST, language) == full.partition(" ")[2] == say_moment(Kind.DATE, "2024-12-01", language)
    at = datetime(2024, 12, 1, 10, 1, tzinfo=UTC)
    assert write_instant(at, "EEEE d MMMM y, HH:mm", language) == f"{full}, 10:01"
    assert write_in_words(at, language, "Europe/Rome") == f"{full}, 11:01"


@pytest.mark.parametrize("day", [2, 11, 21, 31])
def test_no_other_day_is(day: int) -> None:
    assert long_day(date(2024, 12, day), "fr") == f"{day} décembre 2024"


@pytest.mark.parametrize(
    ("language", "now", "then"),
    [
        ("en", "Friday 1 December 2023, 10:00", "Thursday 30 November 2023, 10:00"),
        ("it", "venerdì 1 dicembre 2023, 10:00", "giovedì 30 novembre 2023, 10:00"),
        ("fr", "vendredi 1er décembre 2023, 10:00", "jeudi 30 novembre 2023, 10:00"),
    ],
)
def test_the_day_of_an_event_that_was_changed_is_written_alike(language: str, now: str, then: str) -> None:
    starts, ends = map(datetime.fromisoformat, ("2023-12-01T10:00", "2023-12-01T12:00"))
    event = EventFacts(1, 1, 1, "day", {}, "", starts, ends, "Europe/Rome", (), cancelled=False)
    was = {"starts_local": "2023-11-30T10:00", "ends_local": "2023-11-30T12:00"}
    told = "\n".join(change_words(event, {"was": was}, language).values())
    assert now in told and then in told


def test_nothing_else_has_babel_write_a_day() -> None:
    sources = [one for package in PACKAGES for one in (ROOT / package).rglob("*.py")]
    found = [str(one.relative_to(ROOT)) for one in sources if BY_HAND.search(one.read_text(encoding="utf-8"))]
    assert found == ["core/days.py"]
