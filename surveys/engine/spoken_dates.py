"""Dates as people type them in Italian, English and French."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from surveys.engine.plain import fold
from surveys.engine.spoken_numbers import spelled

Precision = Literal["day", "month", "year"]
LONGEST = 100  # characters that a date may be wrapped in

_MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "january february march april may june july august september october november december",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
}
_WEEKDAYS = (
    "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "monday tuesday wednesday thursday friday saturday sunday",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
)
_WEEKDAY = {name: day for names in _WEEKDAYS for day, name in enumerate(names.split())}
_DAYS = {
    "oggi": 0, "today": 0, "aujourd'hui": 0, "stamattina": 0, "stasera": 0,
    "domani": 1, "tomorrow": 1, "demain": 1, "dopodomani": 2, "apres-demain": 2, "the day after tomorrow": 2,
    "ieri": -1, "yesterday": -1, "hier": -1, "l'altro ieri": -2, "altroieri": -2, "avant-hier": -2,
    "the day before yesterday": -2,
}  # fmt: skip
_YEAR = r"(\d{4}|'?\d{2})"
_NUMERIC = re.compile(rf"(\d{{1,2}})[./\- ](\d{{1,2}})(?:[./\- ]{_YEAR})?")
_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|°|o)?\s+(?:of\s+|di\s+|de\s+)?([a-z]+)\.?(?:,?\s+(?:del\s+)?{_YEAR})?"
)
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[./\- ](\d{4})")
_MONTH_NAMED = re.compile(r"([a-z]+)\.?(?:\s+(?:del\s+|de\s+|of\s+)?(\d{4}))?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?")
_LEAD = re.compile(r"^(?:(?:il|lo|la|le|the|on|in|giorno|nel|nell'|en|a|the)\s+|l')+")
_FIRST = re.compile(r"^(?:primo|1mo|premier|first|1st)\s+(?=[a-z])")
_WEEKDAY_LEAD = re.compile(r"^([a-z]{3,9})\.?,?\s+(?:il\s+|le\s+|the\s+)?(?=\d|primo|premier|first)")
_COMING = frozenset({"prossimo", "prossima", "next", "prochain", "prochaine"})
_PAST = frozenset({"scorso", "scorsa", "passato", "passata", "last", "dernier", "derniere"})
_THIS = frozenset({"questo", "questa", "this", "ce", "cette"})
_AHEAD = re.compile(r"(?:fra|tra|in|dans)\s+(.+)")
_AGO = re.compile(r"(.+)\s+(?:fa|ago)|il y a\s+(.+)")
_ONE = frozenset({"a", "an", "un", "una", "une", "uno"})
_SPANS = {
    "days": "giorno giorni day days jour jours",
    "weeks": "settimana settimane week weeks semaine semaines",
    "months": "mese mesi month months mois",
    "years": "anno anni year years an ans",
}
_UNITS = {name: unit for unit, names in _SPANS.items() for name in names.split()}


def precision_of(appearance: frozenset[str]) -> Precision:
    """What of a date is asked for (XLSForm reference, "Appearance": month-year and year)."""
    return "year" if "year" in appearance else "month" if "month-year" in appearance else "day"


def read_date(text: str, language: str, today: str, precision: Precision = "day") -> str:
    """The ISO date that a text means, "" where it means none.

    Day before month, as in Italy and France, in every language. A missing year is the one
    that brings the date nearest to today; a weekday is the coming one. Of a month or a year
    (`precision`) the first day is meant, as in ODK's calendars.
    """
    said = fold(text).strip(" .,;!?")
    if len(said) > LONGEST:
        return ""
    now = date.fromisoformat(today)
    if precision != "day":
        found = _coarse(said, language, now, precision)
        if found:
            return found
    day = _relative(said, now) or _written(said, language, now)
    return day if precision == "day" or not day else f"{day[:7]}-01" if precision == "month" else f"{day[:4]}-01-01"


def weekday_of(text: str) -> int | None:
    """The weekday that a text names, of which Monday is 0; at its beginning one may be shortened."""
    words = re.findall(r"[a-z]+", _LEAD.sub("", fold(text)))
    whole = [_WEEKDAY[one] for one in words if one in _WEEKDAY]
    return whole[0] if whole else _shortened(words[0]) if words and fold(text)[:1].isalpha() else None


def _shortened(word: str) -> int | None:
    found = (day for name, day in _WEEKDAY.items() if len(word) >= 3 and name.startswith(word))
    return next(found, None)


def _coarse(said: str, language: str, now: date, precision: Precision) -> str:
    """A month with its year, or a year alone."""
    bare = _LEAD.sub("", said)
    if precision == "year":
        return _iso(int(bare), 1, 1) if re.fullmatch(r"\d{4}", bare) else ""
    if match := _ISO.fullmatch(bare):
        return _iso(int(match[1]), int(match[2]), 1)
    if match := _MONTH_YEAR.fullmatch(bare):
        return _iso(int(match[2]), int(match[1]), 1)
    if match := _MONTH_NAMED.fullmatch(bare):
        return _dated(now, 1, _month(match[1], language), match[2])
    return ""


def _relative(said: str, now: date) -> str:
    """Today, last Monday, in three weeks."""
    if said in _DAYS:
        return _shifted(now, _DAYS[said], "days")
    words = [one for one in _LEAD.sub("", said).split() if one not in _THIS]
    named = [_WEEKDAY[one] for one in words if one in _WEEKDAY]
    if len(named) == 1 and len(words) <= 2:
        return _weekday(now, named[0], [one for one in words if one not in _WEEKDAY])
    if match := _AHEAD.fullmatch(said):
        return _span(now, match[1], 1)
    if match := _AGO.fullmatch(said):
        return _span(now, match[1] or match[2], -1)
    return ""


def _weekday(now: date, day: int, said: list[str]) -> str:
    ahead = (day - now.weekday()) % 7
    if not said:
        return _shifted(now, ahead, "days")
    if said[0] in _COMING:
        return _shifted(now, ahead or 7, "days")
    return _shifted(now, ahead - 7, "days") if said[0] in _PAST else ""


def _span(now: date, said: str, direction: int) -> str:
    """`said` is an amount of days, weeks, months or years."""
    words = said.split()
    number, count = (1, 1) if words[0] in _ONE else spelled(words)
    if re.fullmatch(r"\d{1,4}", words[0]):
        number, count = int(words[0]), 1
    unit = _UNITS.get(" ".join(words[count:]), "")
    return _shifted(now, direction * number, unit) if count and unit else ""


def _shifted(now: date, amount: int, unit: str) -> str:
    try:
        if unit in ("days", "weeks"):
            return (now + timedelta(days=amount * (7 if unit == "weeks" else 1))).isoformat()
        months = now.year * 12 + now.month - 1 + amount * (12 if unit == "years" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(now.day, monthrange(year, month)[1])).isoformat()
    except (ValueError, OverflowError):
        return ""


def _written(said: str, language: str, now: date) -> str:
    """A day with its month, and perhaps its year; a weekday before it says nothing new."""
    bare = _LEAD.sub("", said)
    lead = _WEEKDAY_LEAD.match(bare)
    if lead is not None and _shortened(lead[1]) is not None:
        bare = bare[lead.end() :]
    bare = _FIRST.sub("1 ", bare)
    if match := _ISO.fullmatch(bare):
        return _iso(int(match[1]), int(match[2]), int(match[3])) if match[3] else ""
    if match := _NUMERIC.fullmatch(bare):
        return _dated(now, int(match[1]), int(match[2]), match[3])
    if match := _NAMED.fullmatch(bare):
        return _dated(now, int(match[1]), _month(match[2], language), match[3])
    if match := _MONTH_FIRST.fullmatch(bare):
        return _dated(now, int(match[2]), _month(match[1], language), match[3])
    words = bare.split()
    day, count = spelled(words)
    if count and len(words) == count + 1:
        return _dated(now, day, _month(words[count], language), None)
    return ""


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
    bare = year.lstrip("'")
    full = int(bare) if len(bare) == 4 else _century(int(bare), now.year)
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
