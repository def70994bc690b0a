"""Series of rounds as rows: what is asked again, and the round that opens; clockwork moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.process.tables import Process
from surveys.recurring.clockwork import AnySeries, rhythm_columns, set_state, shared_values, slug_in
from surveys.recurring.rhythm import Rhythm, SeriesState
from surveys.recurring.tables import RoundSeries, RoundTurn
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.store import load_round, newest_form
from surveys.responses.tables import Questionnaire, Round


class RoundSeriesUnknown(Problem):
    text = N_("There is no such series of questionnaires.")
    status = 404


class RoundSeriesStateWrong(Problem):
    text = N_("This series of questionnaires cannot be changed so as it stands now. Please look at it again.")
    status = 409


class QuestionnaireUnpublished(Problem):
    text = N_("Nothing of this questionnaire is published yet, so nobody could answer it.")
    status = 409


@dataclass(frozen=True)
class Repeated:
    """What is asked again: the questionnaire, of whom (None: everybody of the office), under which title."""

    questionnaire_id: int
    title: Mapping[str, str]
    audience_id: int | None = None


@dataclass(frozen=True)
class Series(AnySeries):
    asked: Repeated


def add_round_series(
    session: Session, process: Process, asked: Repeated, rhythm: Rhythm, by: tuple[int, datetime]
) -> int:
    """A draft; `by` is whose account, and when. Raises QuestionnaireUnpublished."""
    author, now = by
    if newest_form(session, asked.questionnaire_id) is None:
        raise QuestionnaireUnpublished
    named = session.get_one(Questionnaire, asked.questionnaire_id).slug
    values: dict[str, Any] = {
        "office_id": process.office_id, "process_id": process.id,
        "slug": slug_in(session, RoundSeries, process.office_id, named), "time_zone": process.time_zone,
        "state": SeriesState.DRAFT.value, "written_by": author, "created_at": now,
    }  # fmt: skip
    values |= columns_of(asked, rhythm, process.time_zone)
    return int(session.execute(insert(RoundSeries).values(values).returning(RoundSeries.id)).scalar_one())


def columns_of(asked: Repeated, rhythm: Rhythm, zone: str) -> dict[str, Any]:
    """The columns that staff or a package decide; rounds that were opened already stay as they are."""
    return {
        "questionnaire_id": asked.questionnaire_id, "audience_id": asked.audience_id, "title": dict(asked.title),
        **rhythm_columns(rhythm, zone),
    }  # fmt: skip


def load_round_series(session: Session, series_id: int) -> Series:
    """Raises RoundSeriesUnknown."""
    row = session.get(RoundSeries, series_id, populate_existing=True)
    if row is None:
        raise RoundSeriesUnknown
    return _facts(row)


def round_series_of(session: Session, process_id: int) -> list[Series]:
    found = select(RoundSeries).where(RoundSeries.process_id == process_id).order_by(RoundSeries.id)
    return [_facts(row) for row in session.scalars(found)]


def set_round_series_state(session: Session, series_id: int, state: SeriesState) -> None:
    """Raises RoundSeriesStateWrong."""
    if not set_state(session, RoundSeries, series_id, state):
        raise RoundSeriesStateWrong


def open_round(session: Session, series: Series, times: tuple[datetime, datetime], due: str) -> OpenRound:
    """The next round of a series, for these instants, noted with its number. `due` is the local time it was due at."""
    opens, closes = times
    values: dict[str, Any] = {
        "office_id": series.office_id, "process_id": series.process_id,
        "questionnaire_id": series.asked.questionnaire_id, "audience_id": series.asked.audience_id,
        "slug": slug_in(session, Round, series.office_id, f"{series.slug}-{due[:10]}"),
        "title": dict(series.asked.title),
        "subject_kind": SubjectKind.PARTICIPANT.value, "opens_at": opens, "closes_at": closes, "quotas": [],
        "hangs_on": {},
    }  # fmt: skip
    made = int(session.execute(insert(Round).values(values).returning(Round.id)).scalar_one())
    last = session.scalar(select(func.max(RoundTurn.number)).where(RoundTurn.series_id == series.id)) or 0
    session.execute(insert(RoundTurn).values(series_id=series.id, number=last + 1, round_id=made))
    return load_round(session, made)


def rounds_of(session: Session, series_id: int) -> list[tuple[int, OpenRound]]:
    """The rounds of a series with their numbers, the first one first."""
    found = select(RoundTurn.number, RoundTurn.round_id).where(RoundTurn.series_id == series_id)
    rows = session.execute(found.order_by(RoundTurn.number)).all()
    return [(row.number, load_round(session, row.round_id)) for row in rows]


def _facts(row: RoundSeries) -> Series:
    asked = Repeated(row.questionnaire_id, dict(row.title), row.audience_id)
    return Series(asked=asked, **shared_values(row))
