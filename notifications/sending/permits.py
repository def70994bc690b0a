"""Permits to send, shared by all senders: the generic cell rate algorithm over one row a line.

A permit is an instant of the machine's clock; permits of one line are one interval apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from notifications.ledger.tables import Permit

LONGEST_HOLD = timedelta(hours=1)
REPLIES_AT_ONCE = timedelta(seconds=0.5)  # so much of a way's rate replies may use in one moment


@dataclass(frozen=True)
class Line:
    """What shares a rate, `rate` messages a second over all senders: a way, or what is written to.

    Its next permit is at most `longest` and one interval ahead: one that is further away comes from a
    machine's clock that went back.
    """

    name: str
    rate: float
    longest: timedelta = LONGEST_HOLD

    def lasts(self, count: int) -> timedelta:
        return timedelta(seconds=count / self.rate)


def key_of(name: str) -> str:
    """The key of a short write (Database.shared) that takes permits.

    Writes that share a commit hold their rows together: the keys are locked up front and in order, so that no
    two processes wait for each other's.
    """
    return f"permit:{name}"


def reserve(session: Session, line: Line, count: int, machine_now: datetime) -> datetime:
    """Takes `count` permits; the instant of the first."""
    first = _next(session, line, machine_now)
    _set(session, line, first + line.lasts(count))
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
    reserve(session, Line(way, rate.together), count, machine_now)
    return reserve(session, Line(f"{way}:replies", rate.replies), count, machine_now - REPLIES_AT_ONCE)


def waiting_time(session: Session, line: Line, machine_now: datetime) -> timedelta:
    """How far ahead the next permit is."""
    return _next(session, line, machine_now) - machine_now


def hold(session: Session, line: Line, until: datetime, machine_now: datetime) -> None:
    """Lets nothing leave before an instant."""
    if until > _next(session, line, machine_now):
        _set(session, line, min(until, machine_now + LONGEST_HOLD))


# Written once: each group of messages asks three times, and writing a statement costs more than asking.
_NEXT = select(Permit.next_at).where(Permit.name == bindparam("line")).with_for_update()
_SET = update(Permit).where(Permit.name == bindparam("line")).values(next_at=bindparam("instant"))


def _next(session: Session, line: Line, machine_now: datetime) -> datetime:
    found = session.connection().scalar(_NEXT, {"line": line.name})
    if found is None:
        _create(session, line, machine_now)
        found = session.connection().scalar(_NEXT, {"line": line.name})
    assert found is not None
    return machine_now if found > machine_now + line.longest + line.lasts(1) else max(found, machine_now)


def _create(session: Session, line: Line, machine_now: datetime) -> None:
    row = {"name": line.name, "next_at": machine_now}
    session.execute(insert_into(session, Permit).values(row).on_conflict_do_nothing())  # another sender may be as quick


def _set(session: Session, line: Line, instant: datetime) -> None:
    session.connection().execute(_SET, {"line": line.name, "instant": instant})
