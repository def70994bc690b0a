"""Reminders of appointments: each is due by a column, and whoever claims it tells it, never after the start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.people.store import remaining
from core.process.appointments.booking import CANCELLED, REMINDER
from core.process.appointments.reading import load_appointment
from core.process.appointments.tables import Appointment
from core.process.events import load_event

MOST_AT_ONCE = 200


def reminders_due(session: Session, now: datetime) -> list[int]:
    """Appointments whose reminder is due, the oldest first."""
    due = select(Appointment.id).where(Appointment.remind_at <= now).order_by(Appointment.remind_at, Appointment.id)
    return list(session.scalars(due.limit(MOST_AT_ONCE)))


def remind(session: Session, now: datetime) -> int:
    """Leaves the notices of what is due; how many. What has begun, or does not take place, is not told any more."""
    return sum(_remind(session, appointment_id, now) for appointment_id in reminders_due(session, now))


def still_true(session: Session, kind: str, values: Mapping[str, Any], now: datetime) -> bool:
    """Whether a notice about an appointment says what is so now, for the moment of sending."""
    row = session.get(Appointment, int(values["appointment_id"]), populate_existing=True)
    if row is None or row.sequence != values["sequence"] or now >= datetime.fromisoformat(values["slot"]):
        return False
    return kind == CANCELLED or not load_event(session, row.event_id).cancelled


def _remind(session: Session, appointment_id: int, now: datetime) -> bool:
    claimed = session.execute(
        update(Appointment).where(Appointment.id == appointment_id, Appointment.remind_at <= now).values(remind_at=None)
    )
    assert isinstance(claimed, CursorResult)
    facts = load_appointment(session, appointment_id) if claimed.rowcount else None
    if facts is None or now >= facts.starts_at:
        return False
    event = load_event(session, facts.event_id)
    if event.cancelled:
        return False
    slot = facts.starts_at.isoformat()
    values = {"event_id": event.id, "appointment_id": facts.id, "sequence": facts.sequence, "slot": slot}
    key = f"{facts.id}:{facts.sequence}"
    person = remaining(session, facts.participant_id)
    tell(session, News(REMINDER, key, person, office_id=event.office_id, values=values), now)
    return True
