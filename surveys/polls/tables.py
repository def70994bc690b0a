"""Polls, who has taken part in them, and their ballots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id
from core.people.tables import Participant


class Poll(Base):
    """A question with its options and rules; frozen once it is open.

    `opens_local` and `closes_local` are planned on the wall clock of `time_zone`, the instants beside them are
    derived. Votes are taken from `opens_at` until before `closes_at`, whatever `state` says.
    """

    __tablename__ = "poll"
    __table_args__ = (
        UniqueConstraint("office_id", "slug"),
        Index("ix_poll_state", "state"),
        Index("ix_poll_event_id", "event_id"),
        {"sqlite_autoincrement": True},  # a number that was taken away never comes back: buttons and the log name it
    )

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))  # who may vote; None: all of the office
    slug: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)  # what is typed in the room
    kind: Mapped[str]  # single, multiple, scale, ranking, dots, text
    title: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]  # what there is to know before voting, {} for nothing
    options: Mapped[list[Any]]  # [{"name", "label": {language: text}, "picture": {...}?}], in order
    rules: Mapped[dict[str, Any]]  # least, most, budget, ends, none, shuffled; as kinds.Rules writes them
    counting: Mapped[dict[str, Any]]  # method, ties, quorum, threshold
    secrecy: Mapped[str]  # named, anonymous
    shown: Mapped[str]  # live, after_vote, after_close
    walk_ins: Mapped[bool] = mapped_column(default=False)  # whoever has the link or is in the room, counted apart
    names_in_groups: Mapped[bool] = mapped_column(default=False)  # Telegram's own poll may show there who chose what
    time_zone: Mapped[str]
    opens_local: Mapped[str | None]
    closes_local: Mapped[str | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    state: Mapped[str]  # draft, planned, open, closed
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # when the ballots were written anew for the last time
    purged_at: Mapped[datetime | None]  # when the database had nothing left of the earlier ones


class PollVoter(Base):
    """The register: who has taken part, and nothing of what they chose, nor when.

    Without a rowid, so that on SQLite it does not keep the order in which people came.
    """

    __tablename__ = "poll_voter"
    __table_args__ = (Index("ix_poll_voter_participant_id", "participant_id"), {"sqlite_with_rowid": False})

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    voter: Mapped[str] = mapped_column(primary_key=True)  # p:<id>, b:<digest>, t:<digest>, "gone:..." of who was erased
    participant_id: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    apart: Mapped[bool] = mapped_column(default=False)  # a walk-in, counted apart


class NamedBallot(Base):
    """What somebody chose in a named poll: one row a voter, replaced in place until the close."""

    __tablename__ = "named_ballot"
    __table_args__ = (Index("ix_named_ballot_participant_id", "participant_id"),)

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    voter: Mapped[str] = mapped_column(primary_key=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    choice: Mapped[str] = mapped_column(Text)
    apart: Mapped[bool] = mapped_column(default=False)
    door: Mapped[str]
    first_at: Mapped[datetime]
    at: Mapped[datetime]
    changes: Mapped[int] = mapped_column(default=0)


class SecretBallot(Base):
    """What somebody chose in a secret poll. No person, no time, no order (docs/decisions/0014-polls.md)."""

    __tablename__ = "secret_ballot"
    __table_args__ = (
        # With the column it is narrowed by: else SQLite takes the primary key, through every ballot of the poll.
        Index(
            "ix_secret_ballot_fresh",
            "poll_id",
            "apart",
            "fresh",
            sqlite_where=text("fresh = 1"),
            postgresql_where=text("fresh"),
        ),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # random
    choice: Mapped[str] = mapped_column(Text)
    apart: Mapped[bool] = mapped_column(default=False)
    fresh: Mapped[bool] = mapped_column(default=True)  # not mixed yet: live results do not count it


class GroupPoll(Base):
    """A poll in a group: Telegram's own, whose answers are votes like any other, or a message with a button."""

    __tablename__ = "group_poll"
    __table_args__ = (Index("ix_group_poll_poll_id", "poll_id"),)

    telegram_id: Mapped[str] = mapped_column(primary_key=True)  # Telegram's name for it
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int]
    posted_at: Mapped[datetime]
