"""Questionnaires that come back: which, when the next round opens, and the rounds that were opened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base
from surveys.recurring.columns import Recurring


class RoundSeries(Recurring):
    """A questionnaire asked every so many weeks."""

    __tablename__ = "round_series"
    __table_args__ = (UniqueConstraint("office_id", "slug"), Index("ix_round_series_state_next_at", "state", "next_at"))

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    title: Mapped[dict[str, Any]]


class RoundTurn(Base):
    """A round of a series, numbered from 1."""

    __tablename__ = "round_turn"

    series_id: Mapped[int] = mapped_column(ForeignKey("round_series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
