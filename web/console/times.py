"""Days with times as staff write them, a line each: `2023-07-20 09:00-12:30` or `20/07/2023 09:00-12:30`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from core.process.appointments.errors import EndsBeforeStart, WindowsWrong
from core.process.appointments.slots import Window
from core.process.horizon import DayTooFar, is_too_far

LINE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})[ T,]+(\d{1,2}:\d{2}) *[-–] *(\d{1,2}:\d{2})")


@dataclass(frozen=True)
class LocalClock:
    """Where the times of a form are told, and when it is; `stood` is the start that an event had."""

    zone: str
    now: datetime
    stood: str = ""


def read_span(line: str, now: datetime) -> tuple[datetime, datetime]:
    """From one local time to another of the same day; raises WindowsWrong, EndsBeforeStart, DayTooFar."""
    found = LINE.fullmatch(line.strip())
    if found is None:
        raise WindowsWrong(line=line.strip()[:80])
    day, begins, ends = found.groups()
    try:
        written = "-".join(
            one.zfill(2) for one in reversed(re.split("[/.]", day))
        )  # the year stands last, or nothing changes
        starts, until = (datetime.fromisoformat(f"{written}T{at.zfill(5)}") for at in (begins, ends))
    except ValueError as error:
        raise WindowsWrong(line=line.strip()[:80]) from error
    if until <= starts:
        raise EndsBeforeStart(line=line.strip()[:80])
    if is_too_far(starts, now):
        raise DayTooFar
    return starts, until


def read_windows(text: str, now: datetime) -> list[Window]:
    """Raises WindowsWrong, EndsBeforeStart, DayTooFar."""
    spans = [read_span(line, now) for line in text.splitlines() if line.strip()]
    return [Window(starts.date(), starts.time(), ends.time()) for starts, ends in spans]
