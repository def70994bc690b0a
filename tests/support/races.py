"""Two transactions that meet, in an order that does not hang on luck."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database.database import Database

T = TypeVar("T")

PATIENCE = 20.0  # seconds
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def meet(database: Database, first: Callable[[Session], object], second: Callable[[Session], T]) -> Future[T]:
    """Runs `second` while `first` has done its work and not committed it; `first` commits when `second` is done with
    its own work or waits for a lock. What became of `second`. For PostgreSQL: SQLite has one writer at a time.
    """
    with ThreadPoolExecutor(1) as pool:

        def work(session: Session) -> Future[T]:
            first(session)
            session.flush()
            other = pool.submit(database.write, second)
            _until_it_waits(database, other)
            return other

        return database.write(work)


def _until_it_waits(database: Database, other: Future[Any]) -> None:
    until = time.monotonic() + PATIENCE
    while not other.done() and not database.read(lambda session: session.scalar(WAITING)):
        if time.monotonic() > until:
            raise AssertionError("the second transaction neither ends nor waits")
        time.sleep(0.01)
