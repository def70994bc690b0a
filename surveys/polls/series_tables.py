"""Polls that come back: a model, when the next one opens, and the polls that were opened from it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base
from surveys.recurring.columns import Recurring


class PollSeries(Recurring):
    """A poll every so many weeks."""

    __tablename__ = "poll_series"
    __table_args__ = (UniqueConstraint("office_id", "slug"), Index("ix_poll_series_state_next_at", "state", "next_at"))

    model: Mapped[dict[str, Any]]  # kind, title, summary, options, rules, counting, secrecy, shown


class PollTurn(Base):
    """A poll of a series, numbered from 1; the number is claimed by whoever opens it, once."""

    __tablename__ = "poll_turn"

    series_id: Mapped[int] = mapped_column(ForeignKey("poll_series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), unique=True)
