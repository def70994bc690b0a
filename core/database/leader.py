"""One leader a task: an advisory lock on PostgreSQL; on SQLite there is one process, and it leads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from zlib import crc32

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.database.database import Database

STAND_BY_SECONDS = 1.0
SPACE = 0x4153  # sets these locks apart from the ones that group commits take

StillLeading = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def leadership(database: Database, name: str) -> AsyncIterator[StillLeading]:
    """Waits until this process leads, holds it for the block, and gives it up.

    The lock belongs to a connection: when that is lost another may lead already, so a leader
    asks `await still_leading()` now and then and ends its block when it is False. What it
    does must bear two leaders for a moment.
    """
    if database.engine.dialect.name != "postgresql":
        yield _always
        return
    connection = await _wait_for_lock(database, crc32(name.encode()) & 0x7FFFFFFF)

    async def still_leading() -> bool:
        return await asyncio.to_thread(_answers, connection)

    try:
        yield still_leading
    finally:
        # Closing the session, not only returning it to the pool, is what frees the lock for certain.
        connection.invalidate()
        connection.close()


async def _wait_for_lock(database: Database, number: int) -> Connection:
    while True:
        connection = await asyncio.to_thread(_try_lock, database, number)
        if connection is not None:
            return connection
        await asyncio.sleep(STAND_BY_SECONDS)


def _try_lock(database: Database, number: int) -> Connection | None:
    connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        statement = text("SELECT pg_try_advisory_lock(:space, :number)")
        if connection.execute(statement, {"space": SPACE, "number": number}).scalar():
            return connection
    except DBAPIError:
        connection.close()
        raise
    connection.close()
    return None


def _answers(connection: Connection) -> bool:
    try:
        connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True


async def _always() -> bool:
    return True
