"""Nothing that comes in is processed twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from core.database.inserting import INSERTS
from core.tables import Inbound

TABLE: Table = Inbound.__table__  # type: ignore[assignment]

# Made once: every answer passes here.
_NOTE: dict[str, Any] = {
    name: insert(TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    for name, insert in INSERTS.items()
}


def first_time(session: Session, door: str, key: str, now: datetime) -> bool:
    """Notes an update, post or mail by its own key; False when it was noted before.

    Called first in the transaction that acts on it, so that both are stored or neither.
    """
    connection = session.connection()
    noted = connection.execute(_NOTE[connection.dialect.name], {"door": door, "key": key, "at": now})
    return noted.rowcount == 1
