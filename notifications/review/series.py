"""Series of polls and of questionnaires that wait to be started, as mailings wait to be released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.i18n import N_
from core.staff.accounts import Staff
from notifications.review.one_person import OF_ONE_PERSON, may_leave_by
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
    process_id: int
    title: dict[str, str]
    next_at: datetime
    time_zone: str

    @property
    def path(self) -> str:
        return f"/console/{self.kind}/{self.id}"


def to_start(session: Session, staff: Staff) -> list[SeriesRow]:
    """What somebody else wrote and this one may start; in an office of one person what they wrote themselves."""
    polls = session.scalars(select(PollSeries).where(_waits_for(staff, PollSeries)).order_by(PollSeries.id))
    rounds = session.scalars(select(RoundSeries).where(_waits_for(staff, RoundSeries)).order_by(RoundSeries.id))
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
    theirs = table.written_by.is_(None), table.written_by != staff.account_id, table.office_id.in_(OF_ONE_PERSON)
    return and_(table.state == SeriesState.DRAFT, may_leave_by(staff, table.office_id), or_(*theirs))


def _row(kind: str, one: PollSeries | RoundSeries, title: Mapping[str, str]) -> SeriesRow:
    return SeriesRow(kind, one.id, one.process_id, dict(title), one.next_at, one.time_zone)
