"""The time zone in which an office lives."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.process.tables import Process

HOME_ZONE = "Europe/Rome"


def time_zone_of(session: Session, office_id: int) -> str:
    """That of its first process."""
    first = select(Process.time_zone).where(Process.office_id == office_id).order_by(Process.id).limit(1)
    return session.scalar(first) or HOME_ZONE
