"""What a mailing would do if it left now: the plan itself, written and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.people.tables import Participant
from notifications.ledger.report import Count, counts
from notifications.ledger.snapshot import Snapshot, missing_languages, write_snapshot
from notifications.ledger.states import DeliveryState, OccurrenceState
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.planner import send_window, snapshot_of
from notifications.planning.rules import Rules
from notifications.planning.windows import later_in_window

T = TypeVar("T")


class _RolledBack(Exception):
    """Ends the savepoint that the preview was written in."""


@dataclass(frozen=True)
class Readers:
    """How many would get it by a channel in a language."""

    channel: str
    language: str
    people: int


@dataclass(frozen=True)
class Preview:
    """Counts by state, channel and reason; languages without a text; why it could not leave at all; the first
    and the last instant at which somebody's is due."""

    counts: list[Count]
    missing_languages: list[str]
    refusal: str
    first_at: datetime
    last_at: datetime
    readers: tuple[Readers, ...] = ()

    @property
    def people(self) -> int:
        """How many would get it."""
        return sum(one.people for one in self.counts if one.state == DeliveryState.PLANNED)


def dry_run(session: Session, mailing_id: int, now: datetime, rules: Rules) -> Preview:
    """Plans a mailing as of now and takes it back; nothing stays. Needs a transaction that may write."""
    found = while_planned(session, mailing_id, now, rules, seen)
    return found or Preview([], [], "no-audience", now, now)


def while_planned(
    session: Session, mailing_id: int, now: datetime, rules: Rules, look: Callable[[Session, Occurrence, Snapshot], T]
) -> T | None:
    """What is seen while a mailing is planned as of now, before that is taken back; None when nobody is meant."""
    mailing = session.get_one(Mailing, mailing_id)
    occurrence = session.scalars(select(Occurrence).where(Occurrence.mailing_id == mailing_id)).first()
    found: T | None = None
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
                found = look(session, trial, snapshot)
            raise _RolledBack
    except _RolledBack:
        return found


def seen(session: Session, trial: Occurrence, snapshot: Snapshot) -> Preview:
    """What stands in the ledger while a mailing is planned."""
    languages = missing_languages(session, trial.mailing_id, trial.id)
    refusal = f"no-text:{','.join(languages)}" if languages else ""
    found = counts(session, trial.mailing_id, trial.id)
    readers = tuple(_readers(session, trial.id))
    return Preview(found, languages, refusal, snapshot.steps[0], snapshot.steps[-1], readers)


def _readers(session: Session, occurrence_id: int) -> Iterator[Readers]:
    statement = (
        select(Delivery.channel, Participant.language, func.count())
        .join(Participant, Participant.id == Delivery.participant_id)
        .where(Delivery.occurrence_id == occurrence_id, Delivery.state == DeliveryState.PLANNED)
        .group_by(Delivery.channel, Participant.language)
        .order_by(Delivery.channel, Participant.language)
    )
    for channel, language, people in session.execute(statement):
        yield Readers(channel, language, people)


def estimated_end(session: Session, mailing_id: int, preview: Preview, rates: Mapping[str, float]) -> datetime:
    """When the last would leave if nothing else did meanwhile; `rates` are messages a second by channel."""
    window, zone = send_window(session, session.get_one(Mailing, mailing_id))
    took = [
        sum(one.people for one in preview.readers if one.channel == channel) / rate for channel, rate in rates.items()
    ]
    by_rate = later_in_window(window, preview.first_at, timedelta(seconds=max(took, default=0)), zone)
    return max(preview.last_at, by_rate)
