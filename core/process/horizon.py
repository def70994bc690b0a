"""How far from today something can be planned: a slip of the hand in a year is told where it is made."""

from __future__ import annotations

from datetime import date, datetime

from core.errors import Problem
from core.i18n import N_

YEARS_AHEAD, YEARS_BACK = 10, 100
TOO_FAR = N_("This day is too far away. Please choose one within the next {years} years.")


class DayTooFar(Problem):
    text = TOO_FAR
    status = 422

    def __init__(self) -> None:
        super().__init__(years=YEARS_AHEAD)


def is_too_far(local: date, now: datetime) -> bool:
    """Of a day or a local time; no time zone reaches beyond what is asked here."""
    return not now.year - YEARS_BACK <= local.year <= now.year + YEARS_AHEAD
