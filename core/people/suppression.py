"""Addresses nobody writes to any more, over all offices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from core.people.addresses import normal
from core.people.tables import Suppression


def is_suppressed(session: Session, channel: str, value: str) -> bool:
    """Whether an address must not be written to; the value may be in any spelling."""
    return session.scalar(select(Suppression.id).where(*_current(channel, value)).limit(1)) is not None


def suppress(session: Session, channel: str, value: str, reason: str, now: datetime) -> None:
    """Stops all messages to an address; once stopped, another reason changes nothing."""
    if not is_suppressed(session, channel, value):
        row = {"channel": channel, "value": normal(channel, value), "reason": reason, "since": now, "lifted_at": None}
        session.execute(insert(Suppression).values(row))


def lift(session: Session, channel: str, value: str, now: datetime) -> None:
    """Lets an address be written to again; that it was stopped stays on record."""
    session.execute(update(Suppression).where(*_current(channel, value)).values(lifted_at=now))


def _current(channel: str, value: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Suppression.channel == channel,
        Suppression.value == normal(channel, value),
        Suppression.lifted_at.is_(None),
    )
