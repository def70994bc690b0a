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
from notifications.planning.planner import snapshot_of
from notifications.planning.rules import Rules


class _RolledBack(Exception):
    """Ends the savepoint that the preview was written in."""


@dataclass(frozen=True)
class Preview:
    """Counts by state, channel and reason; languages without a text; why it could not leave at all; the first
    and the last instant at which somebody's is due."""

    counts: list[Count]
    missing_languages: list[str]
    refusal: str
    first_at: datetime
    last_at: datetime


def dry_run(session: Session, mailing_id: int, now: datetime, rules: Rules) -> Preview:
    """Plans a mailing as of now and takes it back; nothing stays. Needs a transaction that may write."""
    mailing = session.get_one(Mailing, mailing_id)
    occurrence = session.scalars(select(Occurrence).where(Occurrence.mailing_id == mailing_id)).first()
    preview = Preview([], [], "no-audience", now, now)
    try:
        with session.begin_nested():
            trial = Occurrence(
                mailing_id=mailing_id,
                key="preview",
                due_local="",
                time_zone="UTC",
                due_at=max(now, occurrence.due_at if occurrence else now),
                state=OccurrenceState.PLANNED,
                values={},
            )
            session.add(trial)
            session.flush()
            snapshot = snapshot_of(session, trial, mailing, now, rules)
            if isinstance(snapshot, Snapshot):
                write_snapshot(session, snapshot)
                preview = _seen(session, trial, snapshot)
            raise _RolledBack
    except _RolledBack:
        return preview


def _seen(session: Session, trial: Occurrence, snapshot: Snapshot) -> Preview:
    languages = missing_languages(session, trial.mailing_id, trial.id)
    refusal = f"no-text:{','.join(languages)}" if languages else ""
    found = counts(session, trial.mailing_id, trial.id)
    return Preview(found, languages, refusal, snapshot.steps[0], snapshot.steps[-1])
