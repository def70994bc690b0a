"""When a poll closes, as somebody writes it: `venerdì 18`, `12.12. 18:00`, or a day alone. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.errors import Problem
from core.i18n import N_
from surveys.engine.spoken_dates import read_date
from surveys.engine.spoken_times import read_datetime

LONGER = timedelta(days=184)  # than half a year: of two days without a year the coming one is nearer then
TYPED = N_("You can also write a day and an hour, as in “Friday 18:00” or “12 December, 18:00”.")


class CloseUnclear(Problem):
    text = N_("This is not understood. Please write a day and an hour, as in “Friday 18:00” or “12 December, 18:00”.")


def read_close(text: str, language: str, there: datetime) -> datetime | date:
    """The local time that is meant, or the day where no hour is written; `there` is the local time now.

    A day without its year is the coming one. Raises CloseUnclear.
    """
    found = _read(text, language, there.date())
    later = _read(text, language, there.date() + LONGER)
    is_past = bool(found) and date.fromisoformat(found[:10]) < there.date()
    if is_past and later[4:] == found[4:]:  # without a year the nearest one is read
        found = later
    if not found:
        raise CloseUnclear
    return datetime.fromisoformat(found).replace(second=0) if "T" in found else date.fromisoformat(found)


def _read(text: str, language: str, today: date) -> str:
    said = " ".join(text.split())
    return read_datetime(said, language, today.isoformat()) or read_date(said, language, today.isoformat())
