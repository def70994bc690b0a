"""What people contributed, whatever it came as: one record each, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class Contribution(Base):
    """One thing that was said; its words stay where they were said and are read there (`kind` and `source` name it).

    Who goes away leaves a record without a person where the words stay too, and none where they go.
    """

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("process_id", "kind", "source"),
        Index("ix_contribution_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    kind: Mapped[str]  # answer, question, note, word, message
    source: Mapped[str]  # a response's id and a question's reference, a row's id, a poll's id and a digest
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    said_at: Mapped[datetime | None]  # None where no time is kept, as of a secret ballot
    axis: Mapped[str] = mapped_column(default="")  # in words of staff
    goal: Mapped[int] = mapped_column(default=0)  # of the Agenda for sustainable development, 1 to 17; 0 for none
    outcome: Mapped[str] = mapped_column(default="")  # considered, taken-up, not-taken-up, answered; "" as long as open
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what became of it, {language: text}
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]  # when it was last found where it was said
