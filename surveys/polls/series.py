"""Series of polls as rows: what is asked, and the polls that were opened; clockwork moves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from surveys.polls.kinds import Counting, Kind, Rules, Secrecy, Shown
from surveys.polls.poll import Definition, Option, Poll
from surveys.polls.series_tables import PollSeries, PollTurn
from surveys.polls.store import Place, polls_of, texts_of
from surveys.polls.tables import Poll as Row
from surveys.recurring.clockwork import AnySeries, rhythm_columns, set_state, shared_values
from surveys.recurring.rhythm import Rhythm, SeriesState


class SeriesUnknown(Problem):
    text = N_("There is no such series of polls.")
    status = 404


class SeriesStateWrong(Problem):
    text = N_("This series of polls cannot be changed so as it stands now. Please look at it again.")
    status = 409


@dataclass(frozen=True)
class Series(AnySeries):
    definition: Definition

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
    return {"model": model, "audience_id": new.audience_id, **rhythm_columns(rhythm, zone)}


def load_series(session: Session, series_id: int) -> Series:
    """Raises SeriesUnknown."""
    return _facts(session.get(PollSeries, series_id, populate_existing=True))


def hold_series(session: Session, series_id: int) -> Series:
    """`load_series`, once whoever is changing it is done; nobody else changes or moves it till the commit."""
    return _facts(session.get(PollSeries, series_id, populate_existing=True, with_for_update=True))


def series_of(session: Session, process_id: int) -> list[Series]:
    found = select(PollSeries).where(PollSeries.process_id == process_id).order_by(PollSeries.id)
    return [facts_of(row) for row in session.scalars(found)]


def set_series_state(session: Session, series_id: int, state: SeriesState) -> None:
    """Raises SeriesStateWrong."""
    if not set_state(session, PollSeries, series_id, state):
        raise SeriesStateWrong


def change_series(session: Session, series: Series, changed: tuple[Definition, Rhythm], author: int) -> None:
    """A draft again, its author's, until somebody else starts it; polls that were opened already stay.

    Raises SeriesStateWrong where it was moved or changed since it was read.
    """
    if hold_series(session, series.id) != series:
        raise SeriesStateWrong
    new, rhythm = changed
    values = row_of(new, rhythm, series.time_zone) | {"state": SeriesState.DRAFT.value, "written_by": author}
    session.execute(update(PollSeries).where(PollSeries.id == series.id).values(values))


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


def _facts(row: PollSeries | None) -> Series:
    if row is None:
        raise SeriesUnknown
    return facts_of(row)


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
    return Series(definition=definition, **shared_values(row))
