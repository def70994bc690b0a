"""Days and times as pages write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_time, get_timezone_location
from babel.numbers import format_decimal, format_percent

from core.clock import local
from core.days import FULL, full_day, long_day, write_instant
from core.i18n import babel_locale


def day(value: date, language: str) -> str:
    return long_day(value, language)


def weekday(value: date, language: str) -> str:
    """A day with its weekday."""
    return full_day(value, language)


def span(starts: date, ends: date, language: str) -> str:
    """Two days and what is between them; one day alone is written once."""
    first, last = day(starts, language), day(ends, language)
    return first if starts == ends else f"{first} – {last}"


def write_moment(value: datetime, language: str, zone: str) -> str:
    """An instant on the wall clock of a time zone."""
    return write_instant(local(value, zone), "d MMMM y, HH:mm", language)


def write_in_words(value: datetime, language: str, zone: str) -> str:
    """An instant on the wall clock of a time zone, with its weekday."""
    return write_instant(local(value, zone), f"{FULL}, HH:mm", language)


def write_city(zone: str, language: str) -> str:
    """The city that a time zone is called after."""
    return str(get_timezone_location(zone, locale=babel_locale(language), return_city=True))


def hours(starts: datetime, ends: datetime, language: str) -> str:
    """From one wall-clock time to another, with the weekday; the day is named again where it is another one."""
    first = f"{weekday(starts.date(), language)}, {format_time(starts, 'HH:mm', locale=babel_locale(language))}"
    last = str(format_time(ends, "HH:mm", locale=babel_locale(language)))
    return (
        f"{first} – {last}" if starts.date() == ends.date() else f"{first} – {weekday(ends.date(), language)}, {last}"
    )


def write_number(value: Decimal, language: str) -> str:
    """As it was given, with the signs of the language."""
    return str(format_decimal(value, format="#,##0.######", locale=babel_locale(language)))


def write_mean(value: Decimal, language: str) -> str:
    """To one decimal place."""
    return str(format_decimal(value, format="#,##0.0", locale=babel_locale(language)))


def write_size(size: int, language: str) -> str:
    """Bytes as people count them: in kilobytes, above a million in megabytes."""
    byte = "o" if language[:2] == "fr" else "B"
    unit, count = ("M", size / 1e6) if size >= 1e6 else ("k", size / 1e3)
    return f"{format_decimal(count, format='#,##0.#', locale=babel_locale(language))} {unit}{byte}"


def write_percent(share: float, language: str) -> str:
    """A share from 0 to 1."""
    return str(format_percent(share, locale=babel_locale(language)))
