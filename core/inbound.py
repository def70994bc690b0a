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
    name: insert_rows(name, Inbound, ("door", "key"), same=("at",))
    .on_conflict_do_nothing()
    .returning(TABLE.c.door, TABLE.c.key)
    for name in INSERTS
}
_FORGET = delete(TABLE).where(TABLE.c.door == bindparam("by"), among(TABLE.c.key, bindparam("keys", type_=Words())))

Incoming = tuple[str, str]
"""By which door something came, and the door's own name for it."""


def first_time(session: Session, door: str, key: str, now: datetime) -> bool:
    """Notes an update, post or mail by its own key; False when it was noted before.

    Called first in the transaction that acts on it, so that both are stored or neither.
    """
    connection = session.connection()
    noted = connection.execute(_NOTE[connection.dialect.name], {"door": door, "key": key, "at": now})
    return noted.rowcount == 1


def first_times(session: Session, incoming: Collection[Incoming], now: datetime) -> set[Incoming]:
    """`first_time` for many at once: what was not noted before."""
    if not incoming:
        return set()
    connection, given = session.connection(), {"rows": sorted(set(incoming)), same_of("at"): now}
    return set(map(tuple, connection.execute(_NOTE_MANY[connection.dialect.name], given).all()))


def forget(session: Session, incoming: Collection[Incoming]) -> None:
    """Takes back what was noted in this transaction: nothing was done for it, so that it may come again."""
    for door in {door for door, _ in incoming}:
        session.connection().execute(_FORGET, {"by": door, "keys": [key for by, key in incoming if by == door]})
