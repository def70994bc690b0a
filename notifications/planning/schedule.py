"""Derives the occurrences of mailings from their anchors: when a date moves, what has not been planned moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.clock import local
from core.errors import Problem
from core.people.tables import Municipality
from core.process.tables import Event, Office, Phase, Process
from notifications.ledger.states import Kind, MailingState, OccurrenceState
from notifications.ledger.tables import Mailing, Occurrence
from notifications.planning.anchors import AnchorWaits, Timetable, due_local, parse_anchor, to_utc
from notifications.planning.workdays import Feast, parse_feast
from surveys.polls.lent_tables import PollOffice
from surveys.polls.tables import Poll
from surveys.responses.tables import Round

log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """When a mailing is due: the local time that was meant, its zone, and the instant."""

    mailing_id: int
    local: str
    zone: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """An occurrence that has to be written: a new one, or one whose date moved."""

    due: Due
    occurrence_id: int | None


def changes(session: Session, mailing_ids: Sequence[int] | None = None) -> list[Change]:
    """What the anchors say and the occurrences do not (yet); None is all mailings. Reads only."""
    dues = {due.mailing_id: due for due in _derive(session, mailing_ids)}
    known = {
        row.mailing_id: row
        for row in session.scalars(select(Occurrence).where(Occurrence.mailing_id.in_(dues), Occurrence.key == ""))
    }
    found = []
    for due in dues.values():
        row = known.get(due.mailing_id)
        if row is None:
            found.append(Change(due, None))
        elif row.state != OccurrenceState.PLANNED and (row.due_local, row.time_zone, row.due_at) != (
            due.local,
            due.zone,
            due.at,
        ):
            found.append(Change(due, row.id))
    return found


def schedule_occurrences(session: Session, mailing_ids: Sequence[int] | None, now: datetime) -> int:
    """Writes what the anchors say; how many occurrences came or moved.

    What is planned stays. What was dropped or asked about because it was late is due again
    when its date moves ahead of `now`.
    """
    wanted = changes(session, mailing_ids)
    for change in wanted:
        if change.occurrence_id is None:
            _add(session, change.due)
        else:
            _move(session, change.occurrence_id, change.due, now)
    return len(wanted)


def _add(session: Session, due: Due) -> None:
    session.execute(
        insert(Occurrence).values(
            mailing_id=due.mailing_id,
            key="",
            due_local=due.local,
            time_zone=due.zone,
            due_at=due.at,
            state=OccurrenceState.DUE,
            values={},
        )
    )


def _move(session: Session, occurrence_id: int, due: Due, now: datetime) -> None:
    values: dict[str, object] = {"due_local": due.local, "time_zone": due.zone, "due_at": due.at}
    if due.at > now:
        values |= {"state": OccurrenceState.DUE, "reason": ""}
    untouched = Occurrence.state != OccurrenceState.PLANNED
    session.execute(update(Occurrence).where(Occurrence.id == occurrence_id, untouched).values(values))


def _derive(session: Session, mailing_ids: Sequence[int] | None) -> Iterable[Due]:
    statement = (
        select(Mailing)
        .where(Mailing.kind != Kind.NOTICE, Mailing.state != MailingState.CANCELLED, Mailing.process_id.is_not(None))
        .order_by(Mailing.id)
    )
    if mailing_ids is not None:
        statement = statement.where(Mailing.id.in_(mailing_ids))
    mailings = list(session.scalars(statement))
    tables = timetables(session, {m.process_id for m in mailings if m.process_id is not None})
    for mailing in mailings:
        assert mailing.process_id is not None
        if not mailing.anchor:
            continue
        table = tables[mailing.process_id]
        try:
            local = due_local(parse_anchor(mailing.anchor), table)
        except AnchorWaits:
            continue
        except Problem as problem:  # one mailing's mistake must not stop the others
            log.warning("mailing has no date", mailing=mailing.id, reason=str(problem))
            continue
        yield Due(mailing.id, local.isoformat(timespec="minutes"), table.zone, to_utc(local, table.zone))


def timetables(session: Session, process_ids: set[int]) -> dict[int, Timetable]:
    """The dates of processes, by id."""
    processes = session.scalars(select(Process).where(Process.id.in_(process_ids))).all()
    phases = session.scalars(select(Phase).where(Phase.process_id.in_(process_ids))).all()
    events = session.scalars(select(Event).where(Event.process_id.in_(process_ids))).all()
    polls = session.execute(
        select(Poll.process_id, Poll.slug, Poll.opens_local, Poll.closes_local).where(Poll.process_id.in_(process_ids))
    ).all()
    lent = session.execute(
        select(Process.id, Office.slug.label("above"), Poll.slug, Poll.opens_local, Poll.closes_local)
        .join(PollOffice, PollOffice.office_id == Process.office_id)
        .join(Poll, Poll.id == PollOffice.poll_id)
        .join(Office, Office.id == Poll.office_id)
        .where(Process.id.in_(process_ids))
    ).all()
    rounds = session.execute(
        select(Round.process_id, Round.slug, Round.opens_at, Round.closes_at).where(Round.process_id.in_(process_ids))
    ).all()
    return {
        process.id: Timetable(
            process.time_zone,
            {p.slug: (p.starts_on, p.ends_on) for p in phases if p.process_id == process.id},
            {e.slug: _local_times(e) for e in events if e.process_id == process.id},
            feast_of(session, process),
            {p.slug: _poll_times(p) for p in polls if p.process_id == process.id}
            | {f"{p.above}/{p.slug}": _poll_times(p) for p in lent if p.id == process.id},
            {r.slug: _round_times(r, process.time_zone) for r in rounds if r.process_id == process.id},
        )
        for process in processes
    }


def feast_of(session: Session, process: Process) -> Feast | None:
    """The day of the patron saint where a process has its seat."""
    if not process.seat:
        return None
    seat = Municipality.office_id == process.office_id, Municipality.slug == process.seat
    return parse_feast(session.scalar(select(Municipality.patron_saint).where(*seat)) or "")


def _local_times(event: Event) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(event.starts_local), datetime.fromisoformat(event.ends_local)


def _poll_times(row: Any) -> tuple[datetime | None, datetime | None]:
    return _local(row.opens_local), _local(row.closes_local)


def _round_times(row: Any, zone: str) -> tuple[datetime, datetime | None]:
    """The local times of a round, which keeps instants."""
    opens, closes = row.opens_at, row.closes_at
    return local(opens, zone).replace(tzinfo=None), local(closes, zone).replace(tzinfo=None) if closes else None


def _local(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
