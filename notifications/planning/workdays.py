"""Working days: Monday to Friday, national holidays apart."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

COUNTRY = "IT"
ONE_DAY = timedelta(days=1)


@cache
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(COUNTRY, years=year))


def is_holiday(day: date) -> bool:
    """Whether a day is a national holiday (law 260/1949 and its changes, by the `holidays` package)."""
    return day in _holidays_of(day.year)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not is_holiday(day)


def shift_working_days(day: date, count: int) -> date:
    """The working day `count` working days later (earlier when negative).

    Nought means the day itself, or the next working day when it is none.
    """
    step = -ONE_DAY if count < 0 else ONE_DAY
    left = abs(count)
    while left or not is_working_day(day):
        day += step
        if left and is_working_day(day):
            left -= 1
    return day
