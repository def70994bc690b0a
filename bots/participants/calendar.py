"""Months, years and clocks to choose from."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_skeleton, get_month_names

from core.i18n import babel_locale

YEARS = 20  # on a page
YEARS_AHEAD = 4  # of the day shown, on the first page: most dates are looked for in the past


@dataclass(frozen=True)
class Month:
    """`before` and `after` name the neighbouring months (`2024-03`); weeks begin on Monday."""

    title: str
    name: str
    before: str
    after: str
    year_before: str
    year_after: str
    weeks: tuple[tuple[date | None, ...], ...]


def calendar(wanted: str, chosen: str, language: str) -> Month:
    """The month named (`2024-03`), else that of a chosen date or of the day (`2024-03-01`) given."""
    first = month_in(wanted) or month_in(chosen) or date(2024, 1, 1)
    weeks = tuple(
        tuple(day if day.month == first.month else None for day in week)
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    )
    return Month(
        title=str(format_skeleton("yMMM", first, locale=babel_locale(language))),
        name=first.isoformat()[:7],  # strftime writes the year 999 with three digits
        before=(first - timedelta(days=1)).isoformat()[:7],
        after=(first + timedelta(days=31)).isoformat()[:7],
        year_before=_named(first.year - 1, first.month),
        year_after=_named(first.year + 1, first.month),
        weeks=weeks,
    )


def month_in(text: str) -> date | None:
    """The first day of the month that a text begins with; none too far away to be shown."""
    try:
        day = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def month_names(language: str) -> list[str]:
    """The twelve months, short."""
    names = get_month_names("abbreviated", "stand-alone", locale=babel_locale(language))
    return [str(names[number]) for number in range(1, 13)]


def years_from(wanted: int) -> range:
    """A page of years beginning with one, as near to it as there are years."""
    first = min(max(wanted, date.min.year + 1), date.max.year - YEARS)
    return range(first, first + YEARS)


def years_around(year: int) -> range:
    """The page of years on which one is looked for first."""
    return years_from(year + YEARS_AHEAD - YEARS + 1)


def _named(year: int, month: int) -> str:
    year = min(max(year, date.min.year + 1), date.max.year - 1)
    return date(year, month, 1).isoformat()[:7]
