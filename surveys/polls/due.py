"""What is due of polls: opening, closing, and purging what closing left behind. The rows say so; a ring only wakes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, and_, exists, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.database.database import Database
from core.database.engine import BUSY_SECONDS
from core.ids import Ids
from surveys.polls.kinds import Secrecy, State
from surveys.polls.making import close_poll, lock_poll
from surveys.polls.store import change_row
from surveys.polls.tables import Poll, PollVoter, SecretBallot

MOST_AT_ONCE = 100
PATIENCE_MS = 200  # whoever purges holds up those who vote
TRIES, PAUSE = 10, 0.05  # seconds between looking whether the table is free
TABLE = SecretBallot.__tablename__
LOOKING = text(
    "SELECT EXISTS (SELECT 1 FROM pg_stat_activity AS other WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'"
    " AND (backend_xmin IS NOT NULL OR (query = '<insufficient privilege>' AND EXISTS ("
    "SELECT 1 FROM pg_locks WHERE pg_locks.pid = other.pid AND locktype = 'virtualxid' AND granted))))"
)
RUNNING = Poll.state.in_((State.PLANNED, State.OPEN))


def polls_due(session: Session, now: datetime) -> list[int]:
    """Those that should open or close now."""
    voted = exists().where(PollVoter.poll_id == Poll.id)  # the clock was set back before a timer noted the opening
    opens = and_(Poll.state == State.PLANNED, or_(Poll.opens_at <= now, voted))
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
    is_sqlite = database.engine.dialect.name == "sqlite"
    done = _emptied(database.engine) if is_sqlite else _written_anew(database.engine)
    if done:

        def note(session: Session) -> None:
            for one in poll_ids:
                change_row(session, one, purged_at=now)

        database.write(note)
    return done


def _emptied(engine: Engine) -> bool:
    """The write-ahead log goes into the file and is cut to nothing; what was deleted there is overwritten already."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        raw.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        return not busy


def _written_anew(engine: Engine) -> bool:
    """What stands in the table is written into a new file, and the old one is removed with all that it holds.

    A VACUUM, a full one too, keeps a deleted row for as long as any transaction is older than its deletion, in whatever
    table that reads; a column that is rewritten takes along what stands now, and nothing else. It never waits for the
    table: whoever waits for it holds up everybody who comes later.

    What is written anew is as new as its transaction: a snapshot taken before would find the table empty, a dump too.
    So nothing is written while anybody has one, nor kept where somebody took one meanwhile.
    """
    for _ in range(TRIES):
        with engine.connect() as connection:
            try:
                connection.execute(text(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE NOWAIT"))
            except OperationalError:  # votes are being written, or read
                connection.rollback()
                connection.execute(text("SELECT pg_sleep(:pause)"), {"pause": PAUSE})
                continue
            if not _somebody_looks(connection):
                # "|| ''" makes it a rewrite: a column of the same type would stay where it is.
                connection.execute(text(f"ALTER TABLE {TABLE} ALTER COLUMN choice TYPE text USING choice || ''"))
                if not _somebody_looks(connection):
                    connection.commit()
                    return True
            connection.rollback()
            connection.execute(text("SELECT pg_sleep(:pause)"), {"pause": PAUSE})
    return False  # the next sweep tries again


def _somebody_looks(connection: Connection) -> bool:
    """Whether another session of this database has a snapshot, or may have one that this role is not shown."""
    connection.execute(text("SELECT pg_stat_clear_snapshot()"))  # else it is told the same as before
    return bool(connection.scalar(LOOKING))
