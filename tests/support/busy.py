"""A commit that is under way for as long as a test wants: what comes meanwhile is one group."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.orm import Session

from core.database.database import Database


@asynccontextmanager
async def held_up(database: Database) -> AsyncIterator[None]:
    """Tasks that are begun within are committed together, at its end."""
    begun, gate = threading.Event(), threading.Event()

    def wait(_: Session) -> bool:
        begun.set()
        return gate.wait(10)

    busy = asyncio.ensure_future(database.shared(wait))
    await asyncio.to_thread(begun.wait, 10)
    try:
        yield
        await asyncio.sleep(0)  # they have begun, and wait
    finally:
        gate.set()
        await busy
