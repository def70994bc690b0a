"""A month as rows of days, to choose a date from."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton


@dataclass(frozen=True)
class Month:
    """`before` and `after` name the neighbouring months (`2024-03`); weeks begin on Monday."""

    title: str
    before: str
    after: str
    weeks: tuple[tuple[date | None, ...], ...]


def calendar(wanted: str, chosen: str, language: str) -> Month:
    """The month named (`2024-03`), else that of a chosen date or of the day (`2024-03-01`) given."""
    first = _first(wanted) or _first(chosen) or date(2024, 1, 1)
    weeks = tuple(
        tuple(day if day.month == first.month else None for day in week)
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    )
    return Month(
        title=str(format_skeleton("yMMM", first, locale=language)),
        before=(first - timedelta(days=1)).isoformat()[:7],  # strftime writes the year 999 with three digits
        after=(first + timedelta(days=31)).isoformat()[:7],
        weeks=weeks,
    )


def _first(text: str) -> date | None:
    """The first day of the month that a text begins with; none too far away to be shown."""
    try:
        day = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None
