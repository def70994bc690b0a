"""Whose people may vote in a poll of the office above them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class PollOffice(Base):
    """The people of this office may vote in the poll too, as their office allowed when it was made."""

    __tablename__ = "poll_office"
    __table_args__ = (Index("ix_poll_office_office_id", "office_id"),)

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
