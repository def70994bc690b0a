"""Work that is done and undone, to see what it would do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from sqlalchemy.orm import Session

from core.database.database import Database

T = TypeVar("T")


class _Undo(Exception):
    """Leaves the transaction, so that it is rolled back."""


def rolled_back(database: Database, work: Callable[[Session], T]) -> T:
    """The result of work whose changes are not kept.

    It runs as a write from its start: one that began by reading would fail on SQLite
    while the service writes.
    """
    results: list[T] = []

    def undone(session: Session) -> None:
        results.append(work(session))
        raise _Undo

    with suppress(_Undo):
        database.write(undone)
    return results[0]
