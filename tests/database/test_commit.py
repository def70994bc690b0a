"""The one commit: shared, acknowledged after, nobody taken along by another's failure."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from core.clock import FixedClock
from core.database.database import Database
from core.errors import LinkUsed
from core.inbound import first_time
from core.tables import Inbound


async def test_units_that_arrive_together_share_commits(database: Database, clock: FixedClock) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    now = clock.now()
    await asyncio.gather(
        *(
            database.shared(partial(first_time, door="test", key=str(k), now=now), key=f"person:{k % 7}")
            for k in range(300)
        )
    )
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Inbound))) == 300
    assert len(commits) < 30


async def test_a_failed_unit_takes_nobody_along(database: Database, clock: FixedClock) -> None:
    now = clock.now()

    def note(key: str, fails: bool) -> bool:
        def work(session: Session) -> bool:
            first = first_time(session, "test", key, now)
            if fails:
                raise LinkUsed
            return first

        return work  # type: ignore[return-value]

    results = await asyncio.gather(
        *(database.shared(note(str(k), k % 3 == 0), key=str(k)) for k in range(30)),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    assert [isinstance(result, LinkUsed) for result in results] == [k % 3 == 0 for k in range(30)]
    stored = set(database.read(lambda s: s.scalars(select(Inbound.key)).all()))
    assert stored == {str(k) for k in range(30) if k % 3}


async def test_the_same_update_is_processed_once(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    results = await asyncio.gather(
        *(database.shared(lambda s: first_time(s, "telegram", "42", now), key="chat:1") for _ in range(20))
    )
    assert sorted(results) == [False] * 19 + [True]


async def test_a_unit_the_database_refuses_is_tried_again_alone(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    tries = []

    def clash(session: Session) -> None:
        tries.append(1)
        first_time(session, "test", "same", now)
        if len(tries) == 1:  # as if another process had stored it in between
            session.add(Inbound(door="test", key="same", at=now))
            session.flush()

    gate = threading.Event()
    first = asyncio.ensure_future(database.shared(lambda _: gate.wait(10)))
    others = asyncio.gather(
        database.shared(lambda s: first_time(s, "test", "before", now)),
        database.shared(clash),
        database.shared(lambda s: first_time(s, "test", "after", now)),
    )
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, others)
    assert len(tries) == 2
    assert set(database.read(lambda s: s.scalars(select(Inbound.key)).all())) == {"before", "same", "after"}


async def test_reads_change_nothing(database: Database, clock: FixedClock) -> None:
    database.read(lambda s: first_time(s, "test", "read", clock.now()))
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Inbound))) == 0


async def test_an_error_in_a_long_write_rolls_back(database: Database, clock: FixedClock) -> None:
    def fail(session: Session) -> None:
        first_time(session, "test", "long", clock.now())
        raise LinkUsed

    with pytest.raises(LinkUsed):
        await database.awrite(fail)
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(Inbound))) == 0
