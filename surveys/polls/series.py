"""Series of polls as rows: kept, started, paused, stopped; and which of them is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from surveys.polls.kinds import Counting, Kind, Rules, Secrecy, Shown
from surveys.polls.poll import Definition, Option, Poll
from surveys.polls.series_tables import PollSeries, PollTurn
from surveys.polls.store import Place, instant_of, polls_of, texts_of
from surveys.polls.tables import Poll as Row

MOST_WEEKS, MOST_DAYS = 52, 60
USUAL_TIME = "10:00"


class SeriesState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


SERIES_STATE_NAMES = {
    "draft": N_("draft"),
    "running": N_("running"),
    "paused": N_("paused"),
    "stopped": N_("stopped for good"),
}
FROM = {
    SeriesState.RUNNING: (SeriesState.DRAFT, SeriesState.PAUSED),
    SeriesState.PAUSED: (SeriesState.RUNNING,),
    SeriesState.STOPPED: (SeriesState.DRAFT, SeriesState.RUNNING, SeriesState.PAUSED),
}


class SeriesUnknown(Problem):
    text = N_("There is no such series of polls.")
    status = 404


class SeriesStateWrong(Problem):
    text = N_("This series of polls cannot be changed so as it stands now. Please look at it again.")
    status = 409


@dataclass(frozen=True)
class Rhythm:
    """When polls of a series open and close; `first` is a local day and time."""

    every_weeks: int
    first: str
    open_days: int = 5
    remind_days: int = 2


@dataclass(frozen=True)
class Series:
    """`next_at` is when the next one opens, as planned; days on which nothing is sent move it then."""

    id: int
    office_id: int
    process_id: int
    slug: str
    state: SeriesState
    definition: Definition
    rhythm: Rhythm
    time_zone: str
    next_local: str
    next_at: datetime
    written_by: int | None

    @property
    def place(self) -> Place:
        return Place(self.office_id, self.process_id, self.time_zone)


def add_series(
    session: Session, place: Place, named: tuple[str, Definition, Rhythm], by: tuple[int | None, datetime]
) -> int:
    """A draft; `by` is whose account (None for a package), and when."""
    slug, new, rhythm = named
    author, now = by
    values = {"office_id": place.office_id, "process_id": place.process_id, "slug": slug, "created_at": now}
    values |= {"time_zone": place.time_zone, "written_by": author, "state": SeriesState.DRAFT.value}
    made = insert(PollSeries).values(**values, **row_of(new, rhythm, place.time_zone)).returning(PollSeries.id)
    return int(session.execute(made).scalar_one())


def free_slug(session: Session, office_id: int, wanted: str) -> str:
    """The short name, or the first with a number behind it that no series of the office has."""
    taken = set(session.scalars(select(PollSeries.slug).where(PollSeries.office_id == office_id)))
    names = (wanted, *(f"{wanted}-{at}" for at in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def row_of(new: Definition, rhythm: Rhythm, zone: str) -> dict[str, Any]:
    """The columns that staff or a package decide; polls that were opened already stay as they are."""
    model = {
        "kind": new.kind.value,
        "title": dict(new.title),
        "summary": dict(new.summary),
        "options": [one.to_json() for one in new.options],
        "rules": new.rules.to_json(),
        "counting": new.counting.to_json(),
        "secrecy": new.secrecy.value,
        "shown": new.shown.value,
    }
    return {
        "model": model, "audience_id": new.audience_id, "every_weeks": rhythm.every_weeks,
        "open_days": rhythm.open_days, "remind_days": rhythm.remind_days, "first_local": rhythm.first,
        "next_local": rhythm.first, "next_at": instant_of(rhythm.first, zone),
    }  # fmt: skip


def load_series(session: Session, series_id: int) -> Series:
    """Raises SeriesUnknown."""
    row = session.get(PollSeries, series_id, populate_existing=True)
    if row is None:
        raise SeriesUnknown
    return facts_of(row)


def series_of(session: Session, process_id: int) -> list[Series]:
    found = select(PollSeries).where(PollSeries.process_id == process_id).order_by(PollSeries.id)
    return [facts_of(row) for row in session.scalars(found)]


def set_series_state(session: Session, series_id: int, state: SeriesState) -> None:
    """Raises SeriesStateWrong."""
    may = PollSeries.id == series_id, PollSeries.state.in_(FROM[state])
    done = session.execute(update(PollSeries).where(*may).values(state=state.value))
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        raise SeriesStateWrong


def series_due(session: Session, now: datetime) -> list[int]:
    due = PollSeries.state == SeriesState.RUNNING, PollSeries.next_at <= now
    return list(session.scalars(select(PollSeries.id).where(*due).order_by(PollSeries.id)))


def series_moments(session: Session, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """When series open a poll till then, each under a name, for the timers."""
    soon = PollSeries.state == SeriesState.RUNNING, PollSeries.next_at > now, PollSeries.next_at <= until
    found = session.execute(select(PollSeries.id, PollSeries.next_at).where(*soon).order_by(PollSeries.next_at))
    return [(f"series-{row.id}", row.next_at) for row in found]


def claim_turn(session: Session, series: Series, now: datetime) -> bool:
    """Moves a series on to its next time after now; False where somebody else was first, or it runs no more.

    What fell due meanwhile several times, while the service was off, is asked once.
    """
    following = next_after(series.rhythm, series.time_zone, now)
    mine = (
        PollSeries.id == series.id,
        PollSeries.state == SeriesState.RUNNING,
        PollSeries.next_local == series.next_local,
    )
    moved = {"next_local": following, "next_at": instant_of(following, series.time_zone)}
    done = session.execute(update(PollSeries).where(*mine).values(moved))
    assert isinstance(done, CursorResult)
    return bool(done.rowcount)


def next_after(rhythm: Rhythm, zone: str, now: datetime) -> str:
    """The first local time of the rhythm that lies after an instant."""
    at = datetime.fromisoformat(rhythm.first)
    step = timedelta(weeks=rhythm.every_weeks)
    behind = instant_of(rhythm.first, zone)
    assert behind is not None
    at += step * max(0, (now - behind) // step)  # near it; a change of the clock is an hour at most
    while (instant := instant_of(at.isoformat(), zone)) is not None and instant <= now:
        at += step
    return at.isoformat(timespec="minutes")


def add_turn(session: Session, series_id: int, poll_id: int) -> int:
    """Notes a poll as the next one of its series; its number."""
    numbers = select(PollTurn.number).where(PollTurn.series_id == series_id).order_by(PollTurn.number.desc())
    number = (session.scalar(numbers.limit(1)) or 0) + 1
    session.execute(insert(PollTurn).values(series_id=series_id, number=number, poll_id=poll_id))
    return number


def turns_of(session: Session, series_id: int) -> list[tuple[int, Poll]]:
    """The polls of a series with their numbers, the first one first."""
    rows = session.execute(select(PollTurn.number, PollTurn.poll_id).where(PollTurn.series_id == series_id))
    numbers = {row.poll_id: row.number for row in rows}
    found = polls_of(session, Row.id.in_(select(PollTurn.poll_id).where(PollTurn.series_id == series_id)))
    return sorted(((numbers[one.id], one) for one in found), key=lambda turn: turn[0])


def facts_of(row: PollSeries) -> Series:
    told = row.model
    definition = Definition(
        kind=Kind(told["kind"]),
        title=texts_of(told["title"]),
        options=tuple(Option.from_json(one) for one in told["options"]),
        rules=Rules.from_json(told["kind"], told["rules"]),
        counting=Counting.from_json(told["counting"]),
        summary=texts_of(told["summary"]),
        secrecy=Secrecy(told["secrecy"]),
        shown=Shown(told["shown"]),
        audience_id=row.audience_id,
    )
    rhythm = Rhythm(row.every_weeks, row.first_local, row.open_days, row.remind_days)
    return Series(
        row.id, row.office_id, row.process_id, row.slug, SeriesState(row.state), definition, rhythm, row.time_zone,
        row.next_local, row.next_at, row.written_by,
    )  # fmt: skip
