"""Interviews by appointment: who holds them and when, the slots that follow, and who has which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

DUE = text("remind_at IS NOT NULL")


class SlotPlan(Base):
    """What holds for all appointments of an event."""

    __tablename__ = "slot_plan"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    change_hours: Mapped[int] = mapped_column(default=24)  # before the start, until when people move or cancel


class Interviewer(Base):
    """Somebody who holds appointments; `account_id` where they sign in to the console."""

    __tablename__ = "interviewer"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    name: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    place: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")  # where it is held online
    minutes: Mapped[int]  # of a slot
    before: Mapped[int] = mapped_column(default=0)  # minutes kept free before a slot, and after it
    after: Mapped[int] = mapped_column(default=0)
    available: Mapped[list[Any]] = mapped_column(default=list)  # [{"day": "2023-07-20", "from": "09:00", "until": …}]


class Slot(Base):
    """A time at which an appointment can be; free while no appointment names it and staff have not blocked it."""

    __tablename__ = "slot"
    __table_args__ = (UniqueConstraint("interviewer_id", "starts_at"), Index("ix_slot_event_id", "event_id"))

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    interviewer_id: Mapped[int] = mapped_column(ForeignKey("interviewer.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    blocked: Mapped[bool] = mapped_column(default=False)


class Appointment(Base):
    """One person's appointment for an event, changed in place; without a slot it was cancelled.

    A slot is in one appointment at most, and a person has one an event: the constraints say so.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("event_id", "participant_id"),
        UniqueConstraint("slot_id"),
        Index("ix_appointment_participant_id", "participant_id"),
        Index("ix_appointment_remind_at", "remind_at", sqlite_where=DUE, postgresql_where=DUE),
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    door: Mapped[str]  # of the last word
    first_at: Mapped[datetime]
    at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)  # how often it became another one (RFC 5545)
    remind_at: Mapped[datetime | None]  # when the reminder is due, None when there is none to come
    held: Mapped[str] = mapped_column(default="")  # held, not-held, "" for not said yet


def who_has_one(event_id: int, now: datetime) -> Select[int]:
    """The participants with an appointment that is still to come."""
    mine = select(Appointment.participant_id).join(Slot, Slot.id == Appointment.slot_id)
    return mine.where(Appointment.event_id == event_id, Slot.starts_at > now)
