"""Polls that come back: a model, when the next one opens, and the polls that were opened from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class PollSeries(Base):
    """A poll every so many weeks. What is due is this row: `next_at` is derived from `next_local` in `time_zone`.

    `first_local` is when the first opens; later ones follow it by whole rhythms, so that a holiday that moves one of
    them moves no other.
    """

    __tablename__ = "poll_series"
    __table_args__ = (UniqueConstraint("office_id", "slug"), Index("ix_poll_series_state_next_at", "state", "next_at"))

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))  # None: all of the office
    slug: Mapped[str]
    model: Mapped[dict[str, Any]]  # kind, title, summary, options, rules, counting, secrecy, shown
    every_weeks: Mapped[int]
    open_days: Mapped[int]
    remind_days: Mapped[int]  # before the close; 0 for no reminder
    time_zone: Mapped[str]
    first_local: Mapped[str]
    next_local: Mapped[str]
    next_at: Mapped[datetime]
    state: Mapped[str]  # draft, running, paused, stopped
    written_by: Mapped[int | None]  # the account that wrote it, None for a package's
    created_at: Mapped[datetime]


class PollTurn(Base):
    """A poll of a series, numbered from 1; the number is claimed by whoever opens it, once."""

    __tablename__ = "poll_turn"

    series_id: Mapped[int] = mapped_column(ForeignKey("poll_series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), unique=True)
