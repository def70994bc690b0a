"""What must be told later is a row, written in the transaction that caused it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.tables import Notice


@dataclass(frozen=True)
class News:
    """Something a participant must be told; told once for each (kind, key)."""

    kind: str
    key: str
    participant_id: int
    channel: str = ""  # the only channel it may take, "" for the preferred one
    office_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


def tell(session: Session, news: News, now: datetime) -> bool:
    """Leaves a notice for the sender; False for a second one of the same kind and key, which changes nothing."""
    known = select(Notice.id).where(Notice.kind == news.kind, Notice.key == news.key)
    if session.scalar(known) is not None:
        return False
    session.execute(
        insert(Notice).values(
            kind=news.kind,
            key=news.key,
            participant_id=news.participant_id,
            office_id=news.office_id,
            channel=news.channel,
            values=news.values,
            created_at=now,
        )
    )
    return True


def times_told(session: Session, participant_id: int, kinds: Collection[str], beginning: str) -> int:
    """How many notices of these kinds somebody has whose key begins so."""
    known = Notice.participant_id == participant_id, Notice.kind.in_(kinds)
    found = select(func.count()).select_from(Notice).where(*known, Notice.key.startswith(beginning, autoescape=True))
    return session.scalar(found) or 0
