"""Replies take their permits before mailings, and nothing that goes wrong with a permit keeps a reply back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from notifications.sending.first import FirstInLine
from notifications.sending.permits import Line, Rate, reserve, reserve_first, waiting_time

NOW = datetime(2023, 7, 6, 8, 0, tzinfo=UTC)
WAY = Line("telegram", 30)


def line_of(database: Database) -> FirstInLine:
    return FirstInLine(database, WAY.name, Rate(30, 30), FixedClock(NOW))


def ahead(database: Database) -> timedelta:
    return database.read(lambda session: waiting_time(session, WAY, NOW))


async def test_a_reply_does_not_wait_for_a_mailing_and_the_mailing_makes_room(database: Database) -> None:
    first_at = await database.shared(lambda session: reserve(session, WAY, 30, NOW))
    assert (first_at, ahead(database)) == (NOW, timedelta(seconds=1))
    line = line_of(database)
    async with asyncio.timeout(5):  # at once: the clock stands still
        await asyncio.gather(*(line.turn() for _ in range(6)))
    assert ahead(database) == timedelta(seconds=1.2)


async def test_an_album_takes_as_many_permits_as_it_has_pictures(database: Database) -> None:
    line = line_of(database)
    await line.turn(4)
    assert ahead(database) == timedelta(seconds=4 / 30)


def test_replies_among_themselves_keep_the_rate(database: Database) -> None:
    """Half a second of the rate at once; what is more waits for its instant."""

    def work(session: Session) -> list[datetime]:
        return [reserve_first(session, WAY.name, 1, Rate(30, 30), NOW) for _ in range(20)]

    turns = database.write(work)
    assert sum(at <= NOW for at in turns) == 16
    assert turns[-1] - NOW == pytest.approx(timedelta(seconds=4 / 30), abs=timedelta(milliseconds=1))


@pytest.mark.parametrize("error", [PoolTimeout("no connection"), RuntimeError("the work ended with SystemExit")])
async def test_a_permit_that_cannot_be_written_down_keeps_nobody_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    line = line_of(database)

    async def fails(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(database, "shared", fails)
        async with asyncio.timeout(5):
            await asyncio.gather(line.turn(), line.turn())
    async with asyncio.timeout(5):
        await line.turn()
    assert ahead(database) == timedelta(seconds=1 / 30)
