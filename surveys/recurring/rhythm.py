"""What comes back every few weeks, a poll or a questionnaire: its rhythm and its states. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.i18n import N_
from core.process.package.dates import to_instant

MOST_WEEKS, MOST_DAYS = 52, 60
USUAL_TIME = "10:00"


class SeriesState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


SERIES_STATE_NAMES = {
    "draft": N_("not started yet"),
    "running": N_("running"),
    "paused": N_("paused"),
    "stopped": N_("stopped for good"),
}
FROM = {
    SeriesState.RUNNING: (SeriesState.DRAFT, SeriesState.PAUSED),
    SeriesState.PAUSED: (SeriesState.RUNNING,),
    SeriesState.STOPPED: (SeriesState.DRAFT, SeriesState.RUNNING, SeriesState.PAUSED),
}


@dataclass(frozen=True)
class Rhythm:
    """When what comes back opens and closes; `first` is a local day and time."""

    every_weeks: int
    first: str
    open_days: int = 5
    remind_days: int = 2


def instant_in(local: str, zone: str) -> datetime:
    return to_instant(datetime.fromisoformat(local), zone)


def next_after(rhythm: Rhythm, zone: str, now: datetime) -> str:
    """The first local time of the rhythm that lies after an instant."""
    at = datetime.fromisoformat(rhythm.first)
    step = timedelta(weeks=rhythm.every_weeks)
    at += step * max(0, (now - to_instant(at, zone)) // step)  # near it; a change of the clock is an hour at most
    while to_instant(at, zone) <= now:
        at += step
    return at.isoformat(timespec="minutes")
