"""What staff show of polls, and how they have read the words of those in which people write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class PollScreen(Base):
    """What staff have decided about showing a poll's result; without a row, nothing."""

    __tablename__ = "poll_screen"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, autoincrement=False)
    revealed: Mapped[bool | None]  # on the screen of the room; None: as the poll's own rule says
    published: Mapped[bool] = mapped_column(default=False)  # on a page for everybody
    version: Mapped[int] = mapped_column(default=0)  # every act of staff counts it up: screens look again


class EventScreen(Base):
    """Which poll the screen of an event's room shows; without one, the questions from the audience."""

    __tablename__ = "event_screen"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    poll_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id"))


class PollOutcome(Base):
    """What came out at the close, in figures and in words; the ballots give the same again."""

    __tablename__ = "poll_outcome"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, autoincrement=False)
    told: Mapped[dict[str, Any]]  # {"invited", "all", "own", "apart", "beside"}, see outcome.py
    counted_at: Mapped[datetime]


class TextGroup(Base):
    """How staff have read an answer, by what it comes down to; without a row it waits. Digests, never words."""

    __tablename__ = "text_group"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]  # waiting, shown, hidden
    wording: Mapped[str] = mapped_column(default="")  # the digest of the wording that was let through
    merged_into: Mapped[str] = mapped_column(default="")  # another answer's key
    theme: Mapped[str] = mapped_column(default="")  # in words of staff


class TextWording(Base):
    """A wording that staff have taken out of the answer it was put to."""

    __tablename__ = "text_wording"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]  # the answer it belongs to now
