"""Questionnaires that come back: which, when the next round opens, and the rounds that were opened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class RoundSeries(Base):
    """A questionnaire asked every so many weeks. What is due is this row, as it is with series of polls."""

    __tablename__ = "round_series"
    __table_args__ = (UniqueConstraint("office_id", "slug"), Index("ix_round_series_state_next_at", "state", "next_at"))

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))  # None: all of the office
    slug: Mapped[str]
    title: Mapped[dict[str, Any]]
    every_weeks: Mapped[int]
    open_days: Mapped[int]
    remind_days: Mapped[int]  # before the close; 0 for no reminder
    time_zone: Mapped[str]
    first_local: Mapped[str]
    next_local: Mapped[str]
    next_at: Mapped[datetime]
    state: Mapped[str]  # draft, running, paused, stopped
    written_by: Mapped[int | None]
    created_at: Mapped[datetime]


class RoundTurn(Base):
    """A round of a series, numbered from 1."""

    __tablename__ = "round_turn"

    series_id: Mapped[int] = mapped_column(ForeignKey("round_series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
