"""One clock for all processes, and nobody else asks the time."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from core.clock import FixedClock, SharedClock, last_day, local, sleep_until
from tests.conftest import NOW

WAY = timedelta(days=1000)


def test_a_moved_clock_moves_for_another_process(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    SharedClock(path).move_to(datetime(2023, 9, 27, 7, 30, tzinfo=UTC))
    code = (
        f"from pathlib import Path; from core.clock import SharedClock; print(SharedClock(Path({str(path)!r})).now())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.startswith("2023-09-27 07:3")


def test_a_running_reader_sees_the_clock_move(tmp_path: Path) -> None:
    reader, mover = SharedClock(tmp_path / "clock"), SharedClock(tmp_path / "clock")
    assert reader.offset() == timedelta()
    mover.move_to(NOW)
    first = reader.now()
    mover.move_to(NOW + WAY)
    assert reader.now() - first > WAY - timedelta(days=1)


async def test_a_sleeper_wakes_when_the_clock_is_moved() -> None:
    clock = FixedClock(NOW)
    sleeping = asyncio.ensure_future(sleep_until(clock, NOW + WAY, check_every=0.001))
    await asyncio.sleep(0.01)
    assert not sleeping.done()
    clock.advance(WAY)
    await sleeping


def test_local_time_follows_daylight_saving() -> None:
    assert local(datetime(2023, 7, 1, 8, tzinfo=UTC), "Europe/Rome").hour == 10
    assert local(datetime(2023, 12, 1, 8, tzinfo=UTC), "Europe/Rome").hour == 9


def test_what_ends_at_midnight_lasts_until_the_day_before() -> None:
    midnight = datetime(2023, 7, 31, 22, tzinfo=UTC)
    assert last_day(midnight, "Europe/Rome") == date(2023, 7, 31)
    assert last_day(midnight + timedelta(seconds=1), "Europe/Rome") == date(2023, 8, 1)
