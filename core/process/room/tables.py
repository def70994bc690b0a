"""The room of an event: questions from the audience with votes, and thematic tables with whom they seat."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class Room(Base):
    """Whether an event takes questions, and by which short code it is reached; `version` counts every change."""

    __tablename__ = "room"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(unique=True)
    open: Mapped[bool]
    moderated: Mapped[bool]  # a question is shown once staff have approved it
    version: Mapped[int] = mapped_column(default=0)


class Question(Base):
    """What somebody asks in the room: a participant, or a browser of which only a digest of its token is kept.

    Who goes away leaves a question that the room has seen, without its author (my_data.erase_room).
    """

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_event_id_state", "event_id", "state"),
        Index("ix_question_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str]
    state: Mapped[str]  # waiting, shown, answered, hidden
    answering: Mapped[bool] = mapped_column(default=False)  # it is being answered now
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("question.id"))  # its votes went there
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    browser: Mapped[str] = mapped_column(default="")
    nameless: Mapped[bool] = mapped_column(default=False)  # staff shall not read the name either
    asked_at: Mapped[datetime]


class QuestionVote(Base):
    """That somebody wants a question answered; `voter` is who it is, by whichever door, once a question."""

    __tablename__ = "question_vote"
    __table_args__ = (
        UniqueConstraint("question_id", "voter"),
        Index("ix_question_vote_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    voter: Mapped[str]  # "p:<participant>", "b:<digest>", "gone:<vote>" of who was erased
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))


class TablePlan(Base):
    """How the thematic tables of an event are seated, and along which axes their notes are kept."""

    __tablename__ = "table_plan"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False)
    axes: Mapped[list[Any]]  # [{"value": "green", "label": "Ambiente"}], in order
    seed: Mapped[int]  # the same people, wishes and seed give the same tables
    wishes_open: Mapped[bool] = mapped_column(default=True)
    mix: Mapped[list[Any]] = mapped_column(server_default='["category", "zone"]')  # what tables are mixed by


class TableTheme(Base):
    """What is talked about at one or more tables of an event."""

    __tablename__ = "table_theme"
    __table_args__ = (UniqueConstraint("event_id", "position"),)

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    position: Mapped[int]
    title: Mapped[dict[str, Any]]  # {language: text}


class ThematicTable(Base):
    """A table by the number on it."""

    __tablename__ = "thematic_table"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    theme_id: Mapped[int] = mapped_column(ForeignKey("table_theme.id"))
    number: Mapped[int]
    seats: Mapped[int]


class TableWish(Base):
    """Which theme somebody would like best, and second best."""

    __tablename__ = "table_wish"
    __table_args__ = (Index("ix_table_wish_participant_id", "participant_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("table_theme.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("table_theme.id"))
    at: Mapped[datetime]


class TableSeat(Base):
    """At which table somebody sits; a fixed one, or one that was told, is kept when the tables are dealt again."""

    __tablename__ = "table_seat"
    __table_args__ = (Index("ix_table_seat_participant_id", "participant_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("thematic_table.id"))
    fixed: Mapped[bool] = mapped_column(default=False)  # by hand
    told_table_id: Mapped[int | None] = mapped_column(ForeignKey("thematic_table.id"))  # the last one they were told
    told: Mapped[int] = mapped_column(default=0)  # how often they were told one


class TableNote(Base):
    """What a facilitator wrote down of a table's talk, along one axis ("" for what fits none)."""

    __tablename__ = "table_note"
    __table_args__ = (UniqueConstraint("table_id", "axis", "account_id"),)

    id: Mapped[Id]
    table_id: Mapped[int] = mapped_column(ForeignKey("thematic_table.id"))
    axis: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]  # how often it was saved
    at: Mapped[datetime]  # of the last time
