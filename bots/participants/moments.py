"""Dates and times as buttons: years, months, days, hours, minutes; what was chosen waits in the buttons.

The page says what is shown: `d2010` years, `y2024` the months of one, `2024-03` its days,
`2024-03-05` or `h` the hours (of a day), `2024-03-05T09` or `09` the minutes of an hour.
"""

from __future__ import annotations

import re
from datetime import date

from bots.participants.calendar import calendar, month_in, month_names, years_around, years_from
from bots.participants.callback import IDLE, Act
from bots.participants.keyboard import Keyboard, in_rows
from bots.participants.screen import Key, Rows
from surveys.engine.form import Kind
from surveys.engine.spoken import say_moment
from surveys.engine.spoken_dates import precision_of

MINUTES = 5  # between the minutes offered; others are written
_YEARS, _YEAR = re.compile(r"d([0-9]{4})"), re.compile(r"y([0-9]{4})")
_HOUR = re.compile(r"(?:([0-9]{4}-[0-9]{2}-[0-9]{2})T)?([01][0-9]|2[0-3])")


def moment(board: Keyboard) -> Rows:
    """The buttons of a date, a time, or both one after the other."""
    hour, day = _HOUR.fullmatch(board.page), _day(board.page)
    with_day = board.prompt.kind is Kind.DATETIME
    if board.prompt.kind is Kind.TIME or (with_day and (day or (hour and _day(hour[1])))):
        return _minutes(board, hour[1] or "", hour[2]) if hour else _hours(board, day if with_day else "")
    return (*_days(board), *board.kept())


def _days(board: Keyboard) -> Rows:
    """Years, months or days, whichever the page shows and the question asks for."""
    precision = precision_of(board.prompt.appearance)
    years, year = _YEARS.fullmatch(board.page), _YEAR.fullmatch(board.page)
    at = month_in(board.prompt.value) or month_in(board.today) or date(2024, 1, 1)
    if years or precision == "year":
        return _years(board, years_from(int(years[1])) if years else years_around(at.year))
    if year or precision == "month":
        return _months(board, min(max(int(year[1]), date.min.year + 1), date.max.year - 1) if year else at.year)
    return _month(board)


def _years(board: Keyboard, years: range) -> Rows:
    ends = precision_of(board.prompt.appearance) == "year"
    keys = [
        board.key(board.marked(str(year), board.prompt.value[:4] == f"{year:04}"), *_opens(f"{year:04}", ends))
        for year in years
    ]
    arrows = (
        board.key("◀", Act.MONTH, f"d{years_from(years[0] - len(years))[0]:04}"),
        Key(f"{years[0]} – {years[-1]}", IDLE),
        board.key("▶", Act.MONTH, f"d{years_from(years[-1] + 1)[0]:04}"),
    )
    return (arrows, *in_rows(keys, 4))


def _opens(year: str, ends: bool) -> tuple[Act, str]:
    return (Act.VALUE, f"{year}-01-01") if ends else (Act.MONTH, f"y{year}")


def _months(board: Keyboard, year: int) -> Rows:
    ends = precision_of(board.prompt.appearance) == "month"
    names = [(f"{year:04}-{number:02}", name) for number, name in enumerate(month_names(board.t.language), 1)]
    keys = [
        board.key(board.marked(name, board.prompt.value[:7] == month), *_shows(month, ends)) for month, name in names
    ]
    arrows = (
        board.key("◀", Act.MONTH, f"y{max(year - 1, date.min.year + 1):04}"),
        board.key(f"{year} ▾", Act.MONTH, f"d{years_around(year)[0]:04}"),
        board.key("▶", Act.MONTH, f"y{min(year + 1, date.max.year - 1):04}"),
    )
    return (arrows, *in_rows(keys, 4))


def _shows(month: str, ends: bool) -> tuple[Act, str]:
    return (Act.VALUE, f"{month}-01") if ends else (Act.MONTH, month)


def _month(board: Keyboard) -> Rows:
    month = calendar(board.page, board.prompt.value or board.today, board.t.language)
    arrows = (
        board.key("«", Act.MONTH, month.year_before),
        board.key("◀", Act.MONTH, month.before),
        board.key(f"{month.title} ▾", Act.MONTH, f"d{years_around(int(month.name[:4]))[0]:04}"),
        board.key("▶", Act.MONTH, month.after),
        board.key("»", Act.MONTH, month.year_after),
    )
    weeks = tuple(tuple(_of_day(board, day) for day in week) for week in month.weeks)
    if board.today[:7] not in (month.before, month.name, month.after):
        return (arrows, *weeks)
    return (arrows, *weeks, (board.key(board.t("Today"), _picks(board), board.today[:10]),))


def _of_day(board: Keyboard, day: date | None) -> Key:
    if day is None:
        return Key("·", IDLE)
    chosen = board.prompt.value[:10] == day.isoformat()
    return board.key(f"●{day.day}" if chosen else str(day.day), _picks(board), day.isoformat())


def _picks(board: Keyboard) -> Act:
    """A day is the answer, or waits for its time."""
    return Act.PAGE if board.prompt.kind is Kind.DATETIME else Act.VALUE


def _hours(board: Keyboard, day: str) -> Rows:
    lead = f"{day}T" if day else ""
    keys = [board.key(f"{hour:02}", Act.PAGE, f"{lead}{hour:02}") for hour in range(24)]
    rows = in_rows(keys, 6)
    if not day:
        return (*rows, *board.kept())
    return ((board.key(f"⬅️ {_said(board, day)}", Act.MONTH, day[:7]),), *rows)


def _minutes(board: Keyboard, day: str, hour: str) -> Rows:
    times = [f"{hour}:{minute:02}" for minute in range(0, 60, MINUTES)]
    lead = f"{day}T" if day else ""
    keys = [board.key(one, Act.VALUE, f"{lead}{one}") for one in times]
    back = board.key(f"⬅️ {f'{_said(board, day)}, ' if day else ''}{hour}:…", Act.PAGE, day)
    return ((back,), *in_rows(keys, 6))


def _said(board: Keyboard, day: str) -> str:
    return say_moment(Kind.DATE, day, board.t.language)


def _day(text: str | None) -> str:
    """A text that is a day which can be shown, else ""."""
    try:
        return date.fromisoformat(text).isoformat() if text and len(text) == 10 and month_in(text) else ""
    except ValueError:
        return ""
