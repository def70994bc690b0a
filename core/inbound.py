"""Nothing that comes in is processed twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.tables import Inbound


def first_time(session: Session, door: str, key: str, now: datetime) -> bool:
    """Notes an update, post or mail by its own key; False when it was noted before.

    Called first in the transaction that acts on it, so that both are stored or neither.
    """
    if session.scalar(select(Inbound.key).where(Inbound.door == door, Inbound.key == key)) is not None:
        return False
    session.execute(insert(Inbound).values(door=door, key=key, at=now))
    return True
