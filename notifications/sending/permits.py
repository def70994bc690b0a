"""Permits to send, shared by all senders: the generic cell rate algorithm over one row a way out.

A permit is an instant of the machine's clock; permits of one way are one interval apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.ledger.tables import Permit

LONGEST_HOLD = timedelta(hours=1)  # anything further ahead comes from a machine's clock that went back
REPLIES_AT_ONCE = timedelta(seconds=0.5)  # so much of a way's rate replies may use in one moment


def reserve(session: Session, way: str, count: int, rate: float, machine_now: datetime) -> datetime:
    """Takes `count` permits at `rate` a second; the instant of the first."""
    first = _next(session, way, machine_now)
    _set(session, way, first + timedelta(seconds=count / rate))
    return first


@dataclass(frozen=True)
class Rate:
    """Messages a second of a way: of all together, and of replies among themselves."""

    together: float
    replies: float


def reserve_first(session: Session, way: str, count: int, rate: Rate, machine_now: datetime) -> datetime:
    """Takes `count` permits before everything that waits; the instant of the first.

    The mailings' next permits move back by as many, so that both together keep the rate. Replies among
    themselves keep theirs too, some of them at once.
    """
    reserve(session, way, count, rate.together, machine_now)
    return reserve(session, f"{way}:replies", count, rate.replies, machine_now - REPLIES_AT_ONCE)


def waiting_time(session: Session, way: str, machine_now: datetime) -> timedelta:
    """How far ahead the next permit is."""
    return _next(session, way, machine_now) - machine_now


def hold(session: Session, way: str, until: datetime, machine_now: datetime) -> None:
    """Lets nothing leave by a way before an instant."""
    if until > _next(session, way, machine_now):
        _set(session, way, min(until, machine_now + LONGEST_HOLD))


def _next(session: Session, way: str, machine_now: datetime) -> datetime:
    row = select(Permit.next_at).where(Permit.name == way).with_for_update()
    found = session.scalar(row)
    if found is None:
        _create(session, way, machine_now)
        found = session.scalar(row)
    assert found is not None
    return machine_now if found > machine_now + LONGEST_HOLD else max(found, machine_now)


def _create(session: Session, way: str, machine_now: datetime) -> None:
    row = {"name": way, "next_at": machine_now}
    session.execute(insert_into(session, Permit).values(row).on_conflict_do_nothing())  # another sender may be as quick


def _set(session: Session, way: str, instant: datetime) -> None:
    session.execute(update(Permit).where(Permit.name == way).values(next_at=instant))
