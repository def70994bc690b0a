"""Working days: Monday to Friday, national holidays and the patron saint's day apart."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

COUNTRY = "IT"
ONE_DAY = timedelta(days=1)

Feast = tuple[int, int]  # month and day of a municipality's patron saint


@cache
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(COUNTRY, years=year))


def parse_feast(text: str) -> Feast | None:
    """Reads "06-24" as territories.csv has it; None for ""."""
    if not text:
        return None
    month, day = text.split("-")
    return int(month), int(day)


def is_holiday(day: date, feast: Feast | None = None) -> bool:
    """Whether a day is a national holiday (law 260/1949 and its changes, by the `holidays` package) or the feast."""
    return (day.month, day.day) == feast or day in _holidays_of(day.year)


def is_working_day(day: date, feast: Feast | None = None) -> bool:
    return day.weekday() < 5 and not is_holiday(day, feast)


def shift_working_days(day: date, count: int, feast: Feast | None = None) -> date:
    """The working day `count` working days later (earlier when negative).

    Nought means the day itself, or the next working day when it is none.
    """
    step = -ONE_DAY if count < 0 else ONE_DAY
    left = abs(count)
    while left or not is_working_day(day, feast):
        day += step
        if left and is_working_day(day, feast):
            left -= 1
    return day
