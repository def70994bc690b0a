"""What series of polls and of questionnaires have in common as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class Recurring(Base):
    """Something every so many weeks. What is due is this row: `next_at` is derived from `next_local` in `time_zone`.

    `first_local` is when the first opens; later ones follow it by whole rhythms, so that a holiday that moves one of
    them moves no other.
    """

    __abstract__ = True

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))  # None: all of the office
    slug: Mapped[str]
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
