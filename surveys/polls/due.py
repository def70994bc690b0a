"""What is due of polls: opening, closing, and purging what closing left behind. The rows say so; a ring only wakes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.database.database import Database
from core.database.engine import BUSY_SECONDS
from core.ids import Ids
from surveys.polls.kinds import Secrecy, State
from surveys.polls.making import close_poll, lock_poll
from surveys.polls.store import change_row
from surveys.polls.tables import Poll, SecretBallot

MOST_AT_ONCE = 100
PATIENCE_MS = 2000
RUNNING = Poll.state.in_((State.PLANNED, State.OPEN))


def polls_due(session: Session, now: datetime) -> list[int]:
    """Those that should open or close now."""
    opens = and_(Poll.state == State.PLANNED, Poll.opens_at <= now)
    due = select(Poll.id).where(or_(opens, and_(RUNNING, Poll.closes_at <= now))).order_by(Poll.id)
    return list(session.scalars(due.limit(MOST_AT_ONCE)))


def tend_poll(session: Session, ids: Ids, poll_id: int, now: datetime) -> State:
    """Brings a poll's state up to its times; a second ring finds nothing to do."""
    poll = lock_poll(session, poll_id)
    state = poll.state_at(now)
    if state is State.CLOSED and poll.settled_at is None:
        close_poll(session, ids, poll_id, now)
    elif state is not poll.state:
        change_row(session, poll_id, state=state.value)
    return state


def next_moments(session: Session, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """When polls open and close till then, each under a name, for the timers."""
    soon = [
        (f"poll-{row.id}-{name}", at)
        for row in session.execute(select(Poll.id, Poll.state, Poll.opens_at, Poll.closes_at).where(RUNNING))
        for name, at in (("opens", row.opens_at if row.state == State.PLANNED else None), ("closes", row.closes_at))
        if at is not None and now < at <= until
    ]
    return sorted(soon, key=lambda one: one[1])


def polls_to_purge(session: Session) -> list[int]:
    """Secret polls whose ballots were rewritten, and of whose earlier ones the database may still hold something."""
    left = Poll.secrecy == Secrecy.ANONYMOUS, Poll.settled_at.is_not(None), Poll.purged_at.is_(None)
    return list(session.scalars(select(Poll.id).where(*left).order_by(Poll.id)))


def purge(database: Database, poll_ids: list[int], now: datetime) -> bool:
    """Takes away what the database still holds of deleted ballots; False when somebody stands in the way just now."""
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        done = _emptied(connection) if connection.dialect.name == "sqlite" else _vacuumed(connection)
    if done:

        def note(session: Session) -> None:
            for one in poll_ids:
                change_row(session, one, purged_at=now)

        database.write(note)
    return done


def _emptied(connection: Connection) -> bool:
    """The write-ahead log goes into the file and is cut to nothing; what was deleted there is overwritten already."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS // 10}")  # it holds up whoever writes; the next sweep tries again
    busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    raw.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    return not busy


def _vacuumed(connection: Connection) -> bool:
    """A plain VACUUM would leave the bytes of what it removes; a full one writes the table into a new file."""
    connection.execute(text(f"SET lock_timeout = {PATIENCE_MS}"))
    try:
        connection.execute(text(f"VACUUM (FULL) {SecretBallot.__tablename__}"))
    except OperationalError:  # votes are being written: the next sweep tries again
        return False
    finally:
        connection.execute(text("RESET lock_timeout"))
    return True
