"""One leads, the next one takes over."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from core.database.database import Database
from core.database.leader import leadership


async def test_one_leads_at_a_time_and_the_next_takes_over(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        return  # one process, and it leads
    first, second = Database(database_url), Database(database_url)
    leads: list[str] = []

    async def lead(database: Database, name: str, over: asyncio.Event) -> None:
        async with leadership(database, "test"):
            leads.append(name)
            await over.wait()

    over = asyncio.Event()
    tasks = [asyncio.ensure_future(lead(first, "first", over))]
    while not leads:
        await asyncio.sleep(0.02)
    tasks.append(asyncio.ensure_future(lead(second, "second", over)))
    await asyncio.sleep(1.3)
    assert leads == ["first"]
    tasks[0].cancel()
    for _ in range(100):
        if len(leads) == 2:
            break
        await asyncio.sleep(0.05)
    assert leads == ["first", "second"]
    over.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    first.close()
    second.close()


async def test_a_leader_that_lost_its_connection_knows_it(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        async with leadership(database, "test") as still_leading:
            assert await still_leading()
        return
    async with leadership(database, "test") as still_leading:
        assert await still_leading()
        with database.engine.connect() as other:
            kill = (
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
            other.execute(text(kill)).all()
        assert not await still_leading()
