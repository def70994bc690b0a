"""The one place that asks the time."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present instant, always as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands still until it is moved; for tests and for previews."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        self._instant += step


class SharedClock:
    """The machine's clock plus an offset that several processes read from one file.

    The file holds `{"offset": seconds}` and is replaced whole, so that a reader never
    sees half of it. Without the file the offset is nought.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if stamp != self._seen:
            self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset"])
            self._seen = stamp
        return self._offset

    def move_to(self, instant: datetime) -> None:
        """Sets the offset for every process that shares the file."""
        seconds = (instant - datetime.now(UTC)).total_seconds()
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fresh.write_text(json.dumps({"offset": seconds}))
        fresh.replace(self._path)


def clock_from(path: Path | None) -> Clock:
    """The clock of a process: the machine's, or the one shared through a file."""
    return SharedClock(path) if path else SystemClock()


def local(instant: datetime, zone: str) -> datetime:
    """An instant as the wall clock of a time zone shows it."""
    return instant.astimezone(ZoneInfo(zone))


def last_day(ends: datetime, zone: str) -> date:
    """The last local day before an instant: what ends at midnight was open until the day before."""
    return local(ends - timedelta(seconds=1), zone).date()


async def sleep_until(clock: Clock, instant: datetime, check_every: float = 0.5) -> None:
    """Waits for an instant on a clock that may be moved meanwhile."""
    while (left := (instant - clock.now()).total_seconds()) > 0:
        await asyncio.sleep(min(left, check_every))
