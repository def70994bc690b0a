"""When a poll closes, as somebody writes it: `venerdì alle 18:00`, `martedì 18 ore 20`, or a day alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from core.errors import Problem
from core.i18n import N_
from surveys.engine.plain import fold
from surveys.engine.spoken_dates import LONGEST, read_date, weekday_of
from surveys.engine.spoken_numbers import spelled
from surveys.engine.spoken_times import read_datetime, read_time

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LONGER = timedelta(days=184)  # than half a year: of two days without a year the coming one is nearer then
AHEAD = timedelta(days=62)  # two months, in which a weekday with a day of the month is looked for
TYPED = N_("You can also write a day and an hour, as in “Friday 18:00” or “12 December, 18:00”.")

_NUMBERED = re.compile(
    r"(?P<day>\D+?)[\s,.–-]+(?P<article>(?:(?:il|le|the)\s+)?)"
    r"(?P<number>\d{1,2})(?!\d)(?P<ordinal>(?:(?:st|nd|rd|th|er|o|°)(?![a-z']))?)(?P<rest>.*)"
)
_TURNED = re.compile(
    r"(?P<article>(?:(?:il|le|the)\s+)?)(?P<number>\d{1,2})(?P<ordinal>)[\s,.–-]+(?P<day>\D+)(?P<rest>)"
)
_APART = re.compile(r"(?:[,.;]?\s+|[,.;](?=\d{1,2}:))(\w.*)")  # what may be a clock of its own behind a number
_SAME_CLOCK = re.compile(r"h\s*0\d|h\s.*min.*|h\s+\D.*|.*\d[.,]?\s+\d.*")  # minutes, a span, or more than an hour
_BARE = re.compile(r"\d{1,2}")  # "martedì 18 20" can be anything
_EITHER = re.compile(r"h\s*\d{1,2}")  # "mardi 18 h 20" is 18:20, or 20:00 on the 18th
_NO_HOUR = re.compile(r"\s*(?:[-–/]|[,.;]\s|[,.;]?\d+:|(?:alle\s+)?ore\s+\d).*")  # follows a day


class CloseUnclear(Problem):
    text = N_("This is not understood. Please write a day and an hour, as in “Friday 18:00” or “12 December, 18:00”.")


class _Numbered(NamedTuple):
    """A day that is named, with the number behind it: `start` is the first day that can be meant."""

    start: date
    number: str
    rest: str
    is_day: bool  # by its article or its ending

    @property
    def clock(self) -> str:
        """Of the hour that is written for itself behind the number, "" where none is."""
        apart = _APART.fullmatch(self.rest)
        return apart[1] if apart and not _SAME_CLOCK.fullmatch(apart[1]) and read_time(apart[1]) else ""


def read_close(text: str, language: str, there: datetime) -> datetime | date:
    """The local time that is meant, or the day where no hour is written; `there` is the local time now.

    A day without its year is the coming one, and so is a weekday whose hour has passed today. A bare number behind a
    weekday is the day of the month. Raises CloseUnclear, also where a weekday is not that of its date, and where two
    readings are left.
    """
    said = _in_digits(fold(text)).strip(" .,;!?-–")
    if len(said) > LONGEST:
        raise CloseUnclear
    weekday = weekday_of(said)
    found = {one for one in _readings(said, language, there) if weekday in (None, _moment(one).weekday())}
    if len(found) != 1:
        raise CloseUnclear
    meant = found.pop()
    return _moment(meant).replace(second=0) if "T" in meant else date.fromisoformat(meant)


def _readings(said: str, language: str, there: datetime) -> Iterator[str]:
    """All that a text can mean, each in ISO's spelling."""
    named = _numbered(said, language, there.date())
    if named is None:
        yield from _coming(said, language, there)
        return
    if _BARE.fullmatch(named.clock):
        return
    yield from _coming(f"{named.number}{named.rest}", language, there)  # "venerdì 18 agosto"
    yield from _of_month(named, there.date(), any_week=weekday_of(said) is not None)
    is_hour = bool(named.rest.strip(" .,;!?")) and not named.is_day and not _NO_HOUR.fullmatch(named.rest)
    if is_hour and (not named.clock or _EITHER.fullmatch(named.clock)):
        yield from _coming(said, language, there)


def _numbered(said: str, language: str, today: date) -> _Numbered | None:
    for pattern in (_NUMBERED, _TURNED):
        match = pattern.fullmatch(said)
        start = read_date(match["day"], language, today.isoformat()) if match else ""
        if match and start:
            is_day = bool(match["article"] or match["ordinal"])
            return _Numbered(date.fromisoformat(start), match["number"], match["rest"], is_day)
    return None


def _of_month(named: _Numbered, today: date, *, any_week: bool) -> Iterator[str]:
    """The number as the day of the month, what follows as the hour."""
    if named.rest.strip(" .,;!?") and not named.clock:
        return
    weeks = (today + AHEAD - named.start) // WEEK if any_week and named.start >= today else 0
    days = (named.start + WEEK * one for one in range(weeks + 1))
    fitting = next((one for one in days if one.day == int(named.number)), None)
    if fitting is not None:
        yield f"{fitting}T{read_time(named.clock)}" if named.clock else fitting.isoformat()


def _coming(said: str, language: str, there: datetime) -> Iterator[str]:
    """A day with its hour, or alone; of a day without its year, and of a weekday, the coming one."""
    today = there.date()
    found = _read(said, language, today)
    if not found:
        return
    day = _moment(found).date()
    if day < today:  # without a year the nearest one is read
        later = _read(said, language, today + LONGER)
        yield later if later[4:] == found[4:] else found
    elif "T" in found and _moment(found) <= there.replace(tzinfo=None):
        later = _read(said, language, today + DAY)
        yield later if later and _moment(later) - _moment(found) == WEEK else found
    else:
        yield found


def _read(said: str, language: str, today: date) -> str:
    return read_datetime(said, language, today.isoformat()) or read_date(said, language, today.isoformat())


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _in_digits(said: str) -> str:
    """Numbers that are spelled out become figures; “après-demain” stays whole."""
    words = [part for word in said.split() for part in (_parts(word) if spelled(_parts(word))[1] else [word])]
    made = []
    while words:
        number, count = spelled(words)
        made.append(str(number) if count else words[0])
        words = words[count or 1 :]
    return " ".join(made)


def _parts(word: str) -> list[str]:
    return word.split("-")
