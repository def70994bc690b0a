"""Nothing that comes in is processed twice."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete
from sqlalchemy.orm import Session

from core.database.inserting import INSERTS
from core.database.many import Words, among, insert_rows, same_of
from core.tables import Inbound

TABLE: Table = Inbound.__table__  # type: ignore[assignment]

# Made once: every answer passes here.
_NOTE: dict[str, Any] = {
    name: insert(TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for name, insert in INSERTS.items()
}
_NOTE_MANY: dict[str, Any] = {
    name: insert_rows(name, Inbound, ("key",), same=("door", "at")).on_conflict_do_nothing().returning(TABLE.c.key)
    for name in INSERTS
}
_FORGET = delete(TABLE).where(TABLE.c.door == bindparam("by"), among(TABLE.c.key, bindparam("keys", type_=Words())))


def first_time(session: Session, door: str, key: str, now: datetime) -> bool:
    """Notes an update, post or mail by its own key; False when it was noted before.

    Called first in the transaction that acts on it, so that both are stored or neither.
    """
    connection = session.connection()
    noted = connection.execute(_NOTE[connection.dialect.name], {"door": door, "key": key, "at": now})
    return noted.rowcount == 1


def first_times(session: Session, door: str, keys: Collection[str], now: datetime) -> set[str]:
    """`first_time` for many at once: the keys that were not noted before."""
    if not keys:
        return set()
    connection = session.connection()
    rows = [[key] for key in sorted(set(keys))]
    same = {same_of("door"): door, same_of("at"): now}
    return set(connection.execute(_NOTE_MANY[connection.dialect.name], {"rows": rows, **same}).scalars().all())


def forget(session: Session, door: str, keys: Collection[str]) -> None:
    """Takes back what was noted in this transaction: nothing was done for it, so that it may come again."""
    if keys:
        session.connection().execute(_FORGET, {"by": door, "keys": keys})
