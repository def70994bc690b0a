"""Time zones, clock, disk and database."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.doctor import clock, database, disk, zones
from cli.doctor.clock import judge_clock, look_clock
from cli.doctor.database import look_database
from cli.doctor.disk import Room, judge_room, room_for
from cli.doctor.zones import look_zones
from core.clock import FixedClock, SystemClock
from core.config import Settings
from core.database.engine import open_engine
from core.database.migrating import downgrade
from core.errors import SettingWrong
from core.findings import Finding, Judgement, State
from core.i18n import translator
from tests.support.sandbox import running_sandbox

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def text(finding: Finding) -> str:
    return finding.message.say(translator("en"))


async def test_time_zones() -> None:
    (found,) = await look_zones()
    assert zones.GOOD.fits(found)
    for name in ("Europe/Atlantis", "UTC"):  # not there, and with other rules than those of here
        (found,) = await look_zones(name)
        assert zones.MISSING.fits(found)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, clock.GOOD), (-29, clock.GOOD), (45, clock.OFF), (-299, clock.OFF), (301, clock.WRONG)],
)
def test_a_clock_beside_another(seconds: int, expected: Judgement) -> None:
    (found,) = judge_clock(NOW, {"example.org": timedelta(seconds=seconds)})
    assert expected.fits(found)


def test_a_clock_alone_and_one_that_stands_in_the_past() -> None:
    (found,) = judge_clock(NOW, {})
    assert clock.ALONE.fits(found)
    (found,) = judge_clock(datetime(1970, 1, 1, tzinfo=UTC), {"example.org": timedelta()})
    assert clock.BEHIND.fits(found)


async def test_the_clocks_of_telegram_and_of_the_database(database_url: str) -> None:
    async with running_sandbox() as sandbox:
        settings = Settings(
            database_url=database_url,
            participant_bot_token="1001:participants",
            telegram_api_url=sandbox.addresses.telegram,
        )
        (found,) = await look_clock(settings, SystemClock())
        assert clock.GOOD.fits(found)
        assert ("PostgreSQL" in text(found)) == database_url.startswith("postgresql")
        late = await look_clock(settings, FixedClock(SystemClock().now() + timedelta(hours=1)))
        assert late and all(clock.WRONG.fits(one) for one in late)
    (found,) = await look_clock(settings.model_copy(update={"database_url": "sqlite:///x"}), SystemClock())
    assert clock.ALONE.fits(found)  # Telegram's server is gone: another check says so


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (Room(Path("/data"), 3_000_000_000), disk.GOOD),
        (Room(Path("/data"), 1_000_000_000), disk.LITTLE_LEFT),
        (Room(Path("/data"), 10_000_000), disk.FULL),
        (Room(Path("/data"), 3_000_000_000, is_writable=False), disk.CLOSED),
    ],
)
def test_room(room: Room, expected: Judgement) -> None:
    assert expected.fits(judge_room(room))


def test_the_folder_of_a_database_that_is_still_to_be_made(tmp_path: Path) -> None:
    room = room_for(tmp_path / "a" / "b" / "ascolto.sqlite")
    assert room.folder == tmp_path / "a" / "b"
    assert room.free > 0 and room.is_writable
    assert room_for(None).free > 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert not room_for(tmp_path / "ascolto.sqlite").is_writable


async def test_a_database_at_this_release(database_url: str) -> None:
    (found,) = await look_database(Settings(database_url=database_url))
    assert database.GOOD.fits(found)


async def test_a_database_of_an_earlier_release(database_url: str) -> None:
    engine = open_engine(database_url)
    downgrade(engine, "0001")
    engine.dispose()
    (found,) = await look_database(Settings(database_url=database_url))
    assert found.state is State.WRONG
    assert "0001" in text(found) and found.lines == (database.UPGRADE,)


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "ascolto.sqlite"
    (found,) = await look_database(Settings(database_url=f"sqlite:///{file}"))
    assert database.ABSENT.fits(found)
    assert not file.parent.exists()


async def test_databases_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("no database at all, " * 100)
    for url in (f"sqlite:///{tmp_path / 'other'}", "postgresql://ascolto:secret-word@127.0.0.1:1/ascolto"):
        (found,) = await look_database(Settings(database_url=url))
        assert database.UNREACHABLE.fits(found)
        assert "secret-word" not in text(found)
    for url in ("mysql://localhost/x", "nothing"):
        with pytest.raises(SettingWrong):
            await look_database(Settings(database_url=url))
