"""When rounds open and close that hang on an event: they move with it, whoever moves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.process.package.dates import to_instant
from core.process.tables import Event, Process
from surveys.responses.tables import Round

TIMES = ("opens_at", "closes_at")


def of_event(when: Mapping[str, Any], event: Event) -> datetime:
    """The local time that `{"event", "at", "days", "time"}` means; without a time it is the event's own hour."""
    base = datetime.fromisoformat(event.ends_local if when["at"] == "ends" else event.starts_local)
    day = base.date() + timedelta(days=int(when["days"]))
    return datetime.combine(day, time.fromisoformat(when["time"]) if when["time"] else base.time())


def rounds_to_move(session: Session) -> dict[int, dict[str, datetime]]:
    """The new times of rounds whose event has moved, by round; read only."""
    moved: dict[int, dict[str, datetime]] = {}
    hanging = select(Round, Process.time_zone).join(Process, Process.id == Round.process_id)
    # What hangs on nothing is most of them, and small: JSON compares as text on one database and not on the other.
    for round_, zone in session.execute(hanging.order_by(Round.id)):
        times = _times(session, round_, zone) if round_.hangs_on else {}
        fresh = {name: at for name, at in times.items() if getattr(round_, name) != at}
        if fresh:
            moved[round_.id] = fresh
    return moved


def move_rounds(session: Session) -> int:
    """Brings rounds up to their events; how many it moved."""
    moved = rounds_to_move(session)
    for round_id, times in moved.items():
        session.execute(update(Round).where(Round.id == round_id).values(times))
    return len(moved)


def _times(session: Session, round_: Round, zone: str) -> dict[str, datetime]:
    slugs = {when["event"] for when in round_.hangs_on.values()}
    found = select(Event).where(Event.process_id == round_.process_id, Event.slug.in_(slugs))
    events = {one.slug: one for one in session.scalars(found)}
    return {
        name: to_instant(of_event(when, events[when["event"]]), zone)
        for name, when in round_.hangs_on.items()
        if when["event"] in events
    }
