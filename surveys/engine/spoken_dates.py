"""Dates and times as people type them in Italian, English and French."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

_MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "january february march april may june july august september october november december",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
}
_DAYS = {
    "oggi": 0, "today": 0, "aujourd'hui": 0,
    "domani": 1, "tomorrow": 1, "demain": 1, "dopodomani": 2, "apres-demain": 2,
    "ieri": -1, "yesterday": -1, "hier": -1, "l'altro ieri": -2, "avant-hier": -2,
}  # fmt: skip
_NUMERIC = re.compile(r"(\d{1,2})[./\- ](\d{1,2})(?:[./\- ](\d{4}|\d{2}))?")
_NAMED = re.compile(
    r"(?:(?:il|le|the)\s+)?(\d{1,2})(?:st|nd|rd|th|er|º|°|o)?\s+(?:of\s+|di\s+)?([a-z]+)\.?(?:,?\s+(\d{4}))?"
)
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?")
_CLOCK = re.compile(r"(?:(?:alle|ore|at|a)\s+)*(\d{1,2})(?:[:.h ](\d{2}))?(?::(\d{2}))?\s*(am|pm|h)?")


def read_date(text: str, language: str, today: str) -> str:
    """The ISO date that a text means, "" where it means none.

    Day before month, as in Italy and France, in every language. A missing year is the one
    that brings the date nearest to today.
    """
    written = _plain(text)
    now = date.fromisoformat(today)
    if written in _DAYS:
        return (now + timedelta(days=_DAYS[written])).isoformat()
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", written):
        year, month, day = map(int, written.split("-"))
        return _iso(year, month, day)
    if match := _NUMERIC.fullmatch(written):
        return _dated(now, int(match[1]), int(match[2]), match[3])
    if match := _NAMED.fullmatch(written):
        return _dated(now, int(match[1]), _month(match[2], language), match[3])
    if match := _MONTH_FIRST.fullmatch(written):
        return _dated(now, int(match[2]), _month(match[1], language), match[3])
    return ""


def read_time(text: str) -> str:
    """The time HH:MM[:SS] that a text means, "" where it means none."""
    match = _CLOCK.fullmatch(_plain(text))
    if match is None:
        return ""
    hour = int(match[1])
    if match[4] in ("am", "pm"):
        hour = hour % 12 + (12 if match[4] == "pm" else 0)
    try:
        made = time(hour, int(match[2] or 0), int(match[3] or 0))
    except ValueError:
        return ""
    return made.isoformat("seconds" if match[3] else "minutes")


def read_datetime(text: str, language: str, today: str) -> str:
    """The ISO date and time of "3/5/2024 14:30" and the like, "" where there is none."""
    parts = re.split(r"[T,]\s*|\s+", text.strip())
    for cut in range(1, len(parts)):
        day = read_date(" ".join(parts[:cut]), language, today)
        clock = read_time(" ".join(parts[cut:]))
        if day and clock:
            return f"{day}T{clock}"
    return ""


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return " ".join("".join(one for one in decomposed if not unicodedata.combining(one)).split())


def _month(name: str, language: str) -> int:
    """The number of a month's name or its beginning (three letters or more), 0 if unknown."""
    order = [language[:2], *(code for code in _MONTHS if code != language[:2])]
    for code in order:
        names = _MONTHS.get(code, "").split()
        found = [number for number, one in enumerate(names, 1) if len(name) >= 3 and one.startswith(name)]
        if len(found) == 1:
            return found[0]
    return 0


def _dated(now: date, day: int, month: int, year: str | None) -> str:
    if year is None:
        near = [_iso(now.year + step, month, day) for step in (-1, 0, 1)]
        known = [date.fromisoformat(one) for one in near if one]
        return min(known, key=lambda one: abs(one - now)).isoformat() if known else ""
    full = int(year) if len(year) == 4 else _century(int(year), now.year)
    return _iso(full, month, day)


def _century(year: int, now: int) -> int:
    """Two digits mean the last hundred years but ten: 26 is 2026, 68 is 1968."""
    full = now // 100 * 100 + year
    return full if full <= now + 10 else full - 100


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
