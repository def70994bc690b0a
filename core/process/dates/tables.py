"""A day looked for together: the poll, its dates, who is asked and what they answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class DatePoll(Base):
    """A date being looked for; it makes the event `event_id`, or moves it where there is one already."""

    __tablename__ = "date_poll"
    __table_args__ = (Index("ix_date_poll_process_id", "process_id"),)

    id: Mapped[Id]
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    title: Mapped[dict[str, Any]]
    place: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")  # where it is followed online, "" for in person only
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    closes_at: Mapped[datetime]  # till then people answer and change their answers
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when people were first told
    closed_at: Mapped[datetime | None]  # by staff
    chosen_id: Mapped[int | None]  # the date that was chosen


class DateOption(Base):
    """A date to choose from, on the wall clock of the process."""

    __tablename__ = "date_option"
    __table_args__ = (UniqueConstraint("poll_id", "starts_local", "ends_local"),)

    id: Mapped[Id]
    poll_id: Mapped[int] = mapped_column(ForeignKey("date_poll.id"))
    starts_local: Mapped[str]
    ends_local: Mapped[str]


class DateAsked(Base):
    """Somebody who is asked."""

    __tablename__ = "date_asked"
    __table_args__ = (Index("ix_date_asked_participant_id", "participant_id"),)

    poll_id: Mapped[int] = mapped_column(ForeignKey("date_poll.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    told_at: Mapped[datetime | None]


class DateAnswer(Base):
    """What somebody said of a date: one row a person and date, changed in place."""

    __tablename__ = "date_answer"
    __table_args__ = (
        UniqueConstraint("option_id", "participant_id"),
        Index("ix_date_answer_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    option_id: Mapped[int] = mapped_column(ForeignKey("date_option.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    answer: Mapped[str]  # yes, maybe (if need be), no
    door: Mapped[str]
    at: Mapped[datetime]
