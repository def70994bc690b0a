"""Opens the next round of a series when its row is due, with its invitation and its reminder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from core.clock import local
from core.i18n import pick_text
from core.process.languages import written_in
from core.process.package.dates import to_instant
from core.process.tables import Office, Process
from notifications.content.foretold import Foretold, foretell
from notifications.content.round_texts import INVITATION, REMINDER, round_texts_for
from notifications.ledger.release import set_state
from notifications.ledger.states import QUESTIONNAIRES, Kind, MailingState
from notifications.planning.planner import window_of
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.windows import next_open
from notifications.planning.writing import Draft, save_draft
from surveys.recurring.clockwork import claim
from surveys.recurring.series import Series, load_round_series, open_round
from surveys.recurring.tables import RoundSeries
from surveys.responses.rounds import OpenRound

CLOSES_AT = "18:00"
log = structlog.get_logger()


def open_round_turn(session: Session, series_id: int, now: datetime) -> int | None:
    """One round of a series; None where it is not due (any more), or runs no more.

    On a day on which nothing is sent it opens with the next hour of sending; the rhythm stays as it is.
    """
    series = load_round_series(session, series_id)
    due = series.next_local
    if series.next_at > now or not claim(session, RoundSeries, series, now):
        return None
    process = session.get_one(Process, series.process_id)
    made = open_round(session, series, next_round_times(session, series, now), due)
    _write_mailings(session, series, process, made, now)
    log.info("round of a series opens", series=series.id, round=made.id)
    return made.id


def next_round_times(session: Session, series: Series, now: datetime) -> tuple[datetime, datetime]:
    """When the next round of a series that runs opens and closes."""
    window, zone = window_of(session, session.get_one(Process, series.process_id))
    opens = next_open(window, max(now, series.next_at), zone)
    last = local(opens, zone).date() + timedelta(days=series.rhythm.open_days)
    return opens, to_instant(datetime.combine(last, time.fromisoformat(CLOSES_AT)), zone)


def read_rounds_ahead(session: Session, series: Series) -> list[tuple[str, Sequence[Foretold]]]:
    """What people will read of each round of a series: for whoever starts it."""
    languages = written_in(session, session.get_one(Process, series.process_id))
    office, title = session.get_one(Office, series.office_id).name, dict(series.asked.title)
    parts = [INVITATION, *([REMINDER] if series.rhythm.remind_days else [])]

    def values(code: str) -> dict[str, str]:
        return {"round": pick_text(title, code), "office": office}

    return [(one, foretell(round_texts_for(one, languages), values)) for one in parts]


def _write_mailings(session: Session, series: Series, process: Process, made: OpenRound, now: datetime) -> None:
    """Released with the series, which somebody else of the office has read."""
    languages = written_in(session, process)
    at: dict[str, Any] = {"round": made.slug, "at": "opens", "days": 0, "working": False}
    drafts = [_draft(INVITATION, at, made.id, languages)]
    if series.rhythm.remind_days:
        remind = at | {"at": "closes", "days": -series.rhythm.remind_days, "time": "10:00"}
        drafts.append(replace(_draft(REMINDER, remind, made.id, languages), kind=Kind.REMINDER.value))
    kept = [save_draft(session, process, one, None, now) for one in drafts]
    for mailing_id in kept:
        set_state(session, mailing_id, MailingState.RELEASED, now)
    schedule_occurrences(session, kept, now)


def _draft(what: str, anchor: dict[str, Any], round_id: int, languages: list[str]) -> Draft:
    return Draft(
        kind=Kind.MAILING.value, purpose=QUESTIONNAIRES, audience_id=None, round_id=round_id, anchor=anchor,
        missed={"rule": "catch-up"}, spread={}, texts=round_texts_for(what, languages),
    )  # fmt: skip
