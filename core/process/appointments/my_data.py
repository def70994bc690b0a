"""Appointments as part of somebody's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.process.appointments.tables import Appointment, Interviewer, Slot
from core.process.tables import Event


def export_appointments(session: Session, participant_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these participants have or had, JSON-able, oldest first; without a time it was cancelled."""
    mine = (
        select(Appointment, Event.title, Slot.starts_at, Interviewer.name)
        .join(Event, Event.id == Appointment.event_id)
        .outerjoin(Slot, Slot.id == Appointment.slot_id)
        .outerjoin(Interviewer, Interviewer.id == Slot.interviewer_id)
        .where(Appointment.participant_id.in_(participant_ids))
        .order_by(Appointment.first_at, Appointment.id)
    )
    return [
        {
            "event": title,
            "starts": starts_at.isoformat() if starts_at else None,
            "with": name,
            "door": one.door,
            "first_at": one.first_at.isoformat(),
            "at": one.at.isoformat(),
            "held": one.held,
        }
        for one, title, starts_at, name in session.execute(mine)
    ]
