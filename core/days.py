"""Days as they are written for people at every door: `Thursday 20 July 2023`, `giovedì 20 luglio 2023`.

Nothing else has Babel write one, so that the first of a month is "1er" in French everywhere.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from core.i18n import babel_locale

FULL = "EEEE d MMMM y"
ALONE = re.compile(r"(?<!\d)1(?= [^\W\d])")  # as in "1 décembre"


def full_day(day: date, language: str) -> str:
    """With its weekday and year."""
    return write_day(day, FULL, language)


def long_day(day: date, language: str) -> str:
    """With its year: `20 July 2023`."""
    return write_day(day, "long", language)


def write_day(day: date, pattern: str, language: str) -> str:
    """By a pattern of CLDR or the name of one; of a day with a time only the day."""
    return _with_first(str(format_date(day, pattern, locale=babel_locale(language))), day, language)


def write_instant(at: datetime, pattern: str, language: str) -> str:
    """A day with its time, as its own clock has them."""
    return _with_first(str(format_datetime(at, pattern, locale=babel_locale(language))), at, language)


def _with_first(written: str, day: date, language: str) -> str:
    """In French the first of a month is an ordinal, of which CLDR knows nothing."""
    return ALONE.sub("1er", written, count=1) if day.day == 1 and language[:2] == "fr" else written
