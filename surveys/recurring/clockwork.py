"""How series of polls and of questionnaires move: started, paused, stopped, due, and whose turn it is to open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.slugs import free_slug
from surveys.recurring.columns import Recurring
from surveys.recurring.rhythm import FROM, Rhythm, SeriesState, instant_in, next_after


@dataclass(frozen=True)
class AnySeries:
    """What a series of polls and one of questionnaires have in common.

    `next_at` is when the next one opens, as planned; days on which nothing is sent move it then.
    """

    id: int
    office_id: int
    process_id: int
    slug: str
    state: SeriesState
    rhythm: Rhythm
    time_zone: str
    next_local: str
    next_at: datetime
    written_by: int | None


def shared_values(row: Recurring) -> dict[str, Any]:
    """The values of an AnySeries, for those that say what comes back too."""
    return {
        "id": row.id, "office_id": row.office_id, "process_id": row.process_id, "slug": row.slug,
        "state": SeriesState(row.state), "time_zone": row.time_zone, "next_local": row.next_local,
        "rhythm": Rhythm(row.every_weeks, row.first_local, row.open_days, row.remind_days),
        "next_at": row.next_at, "written_by": row.written_by,
    }  # fmt: skip


def rhythm_columns(rhythm: Rhythm, zone: str) -> dict[str, Any]:
    return {
        "every_weeks": rhythm.every_weeks, "open_days": rhythm.open_days, "remind_days": rhythm.remind_days,
        "first_local": rhythm.first, "next_local": rhythm.first, "next_at": instant_in(rhythm.first, zone),
    }  # fmt: skip


def set_state(session: Session, table: type[Recurring], series_id: int, state: SeriesState) -> bool:
    """Whether it could be, as the series stood."""
    may = table.id == series_id, table.state.in_(FROM[state])
    return _changed(session, update(table).where(*may).values(state=state.value))


def due(session: Session, table: type[Recurring], now: datetime) -> list[int]:
    runs = table.state == SeriesState.RUNNING, table.next_at <= now
    return list(session.scalars(select(table.id).where(*runs).order_by(table.id)))


def moments(session: Session, table: type[Recurring], now: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """When series open something till then, each under a name, for the timers."""
    soon = table.state == SeriesState.RUNNING, table.next_at > now, table.next_at <= until
    found = session.execute(select(table.id, table.next_at).where(*soon).order_by(table.next_at))
    return [(f"{table.__tablename__}-{row.id}", row.next_at) for row in found]


def claim(session: Session, table: type[Recurring], series: AnySeries, now: datetime) -> bool:
    """Moves a series on to its next time after now; False where somebody else was first, or it runs no more.

    What fell due meanwhile several times, while the service was off, is asked once.
    """
    following = next_after(series.rhythm, series.time_zone, now)
    mine = table.id == series.id, table.state == SeriesState.RUNNING, table.next_local == series.next_local
    moved = {"next_local": following, "next_at": instant_in(following, series.time_zone)}
    return _changed(session, update(table).where(*mine).values(moved))


def slug_in(session: Session, table: Any, office_id: int, wanted: str) -> str:
    """The wanted short name, or with a number behind it where something of the office's in a table has it already."""
    like = select(table.slug).where(table.office_id == office_id, table.slug.startswith(wanted, autoescape=True))
    return free_slug(wanted, session.scalars(like).all())


def _changed(session: Session, statement: Any) -> bool:
    done = session.execute(statement)
    assert isinstance(done, CursorResult)
    return bool(done.rowcount)
