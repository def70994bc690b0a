"""Series of polls and of questionnaires that wait to be started, as mailings wait to be released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.i18n import N_
from core.staff.accounts import Staff
from notifications.review.one_person import waits_for_another, waits_for_one
from surveys.polls.series_tables import PollSeries
from surveys.recurring.rhythm import SeriesState
from surveys.recurring.tables import RoundSeries

WAITS = {
    "series": N_("series of polls, waits to be started"),
    "round-series": N_("series of questionnaires, waits to be started"),
}


@dataclass(frozen=True)
class SeriesRow:
    """A series in a list; `kind` is what it is called in the console's addresses, `title` by language."""

    kind: str
    id: int
    office_id: int
    process_id: int
    title: dict[str, str]
    next_at: datetime
    time_zone: str

    @property
    def path(self) -> str:
        return f"/console/{self.kind}/{self.id}"


def to_start(session: Session, staff: Staff) -> list[SeriesRow]:
    """What somebody else wrote and this one may start; in an office of one person what they wrote themselves."""
    return _found(session, _waits_for(staff, PollSeries), _waits_for(staff, RoundSeries))


def for_others_to_start(session: Session, staff: Staff) -> list[SeriesRow]:
    """What this one wrote and somebody else has to start."""
    return _found(session, _waits_for_others(staff, PollSeries), _waits_for_others(staff, RoundSeries))


def _found(session: Session, of_polls: ColumnElement[bool], of_rounds: ColumnElement[bool]) -> list[SeriesRow]:
    polls = session.scalars(select(PollSeries).where(of_polls).order_by(PollSeries.id))
    rounds = session.scalars(select(RoundSeries).where(of_rounds).order_by(RoundSeries.id))
    return [
        *(_row("series", one, one.model["title"]) for one in polls),
        *(_row("round-series", one, one.title) for one in rounds),
    ]


def count_to_start(staff: Staff) -> ColumnElement[int]:
    """How many those are, within a statement."""
    polls, rounds = (
        select(func.count()).select_from(table).where(_waits_for(staff, table)).scalar_subquery()
        for table in (PollSeries, RoundSeries)
    )
    return polls + rounds


def _waits_for(staff: Staff, table: type[PollSeries] | type[RoundSeries]) -> ColumnElement[bool]:
    return and_(table.state == SeriesState.DRAFT, waits_for_one(staff, table.office_id, table.written_by))


def _waits_for_others(staff: Staff, table: type[PollSeries] | type[RoundSeries]) -> ColumnElement[bool]:
    theirs = waits_for_another(staff, table.office_id, table.written_by)
    return and_(table.state == SeriesState.DRAFT, among(table.office_id, list(staff.roles)), theirs)


def _row(kind: str, one: PollSeries | RoundSeries, title: Mapping[str, str]) -> SeriesRow:
    return SeriesRow(kind, one.id, one.office_id, one.process_id, dict(title), one.next_at, one.time_zone)
