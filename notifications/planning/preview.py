"""What a mailing would do if it left now: the plan itself, written and rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.ledger.report import Count, counts
from notifications.ledger.snapshot import Snapshot, missing_languages, write_snapshot
from notifications.ledger.states import OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.planner import audience_clause, send_window
from notifications.planning.rules import Rules
from notifications.planning.windows import next_open


class _RolledBack(Exception):
    """Ends the savepoint that the preview was written in."""


@dataclass(frozen=True)
class Preview:
    """Counts by state, channel and reason; languages without a text; why it could not leave at all."""

    counts: list[Count]
    missing_languages: list[str]
    refusal: str
    first_at: datetime


def dry_run(session: Session, mailing_id: int, now: datetime, rules: Rules) -> Preview:
    """Plans a mailing as of now and takes it back; nothing stays. Needs a transaction that may write."""
    mailing = session.get_one(Mailing, mailing_id)
    window, zone = send_window(session, mailing)
    audience = audience_clause(session, mailing, now, rules)
    if audience is None:
        return Preview([], [], "no-audience", now)
    found: list[Count] = []
    languages: list[str] = []
    occurrence = session.scalars(select(Occurrence).where(Occurrence.mailing_id == mailing_id)).first()
    first_at = next_open(window, max(now, occurrence.due_at if occurrence else now), zone)
    try:
        with session.begin_nested():
            trial = Occurrence(
                mailing_id=mailing_id,
                key="preview",
                due_local="",
                time_zone=zone,
                due_at=first_at,
                state=OccurrenceState.PLANNED,
                values={},
            )
            session.add(trial)
            session.flush()
            write_snapshot(session, Snapshot(mailing, trial, audience, first_at, contact_budget=rules.contact_budget))
            found = counts(session, mailing_id, trial.id)
            languages = missing_languages(session, mailing_id, trial.id)
            raise _RolledBack
    except _RolledBack:
        return Preview(found, languages, f"no-text:{','.join(languages)}" if languages else "", first_at)
