"""Days as they are written for people at every door: `Thursday 20 July 2023`, `giovedì 20 luglio 2023`."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from core.i18n import babel_locale


def full_day(day: date, language: str) -> str:
    """With its weekday and year."""
    return str(format_date(day, "EEEE d MMMM y", locale=babel_locale(language)))
