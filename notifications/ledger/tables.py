"""Mailings, their occurrences, and the ledger: one delivery a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

# What waits, what is under way and what nobody knows of are few rows among all: each has an index of its own.
PLANNED, IN_HANDS, IN_DOUBT = text("state = 'planned'"), text("claimed_until IS NOT NULL"), text("state = 'in-doubt'")


class Mailing(Base):
    """One text in several languages, told to an audience at planned times."""

    __tablename__ = "mailing"
    __table_args__ = (UniqueConstraint("process_id", "slug"), {"sqlite_autoincrement": True})

    id: Mapped[Id]
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))  # None: a notice of no office
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    slug: Mapped[str]
    kind: Mapped[str]  # mailing, reminder, notice (built in, slug "notice-<kind>")
    purpose: Mapped[str]  # questionnaires, events, polls, results; "" for a notice
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))  # None: that of its anchor (ledger.events)
    poll_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id", ondelete="SET NULL"))  # of its poll button
    anchor: Mapped[dict[str, Any]]  # {"phase": "analysis", "at": "opens", "days": 3, "working": true, "time": "09:30"}
    missed: Mapped[dict[str, Any]]  # {"rule": "catch-up" | "ask" | "drop", "until": {"days": 2}}; {} catches up
    spread: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"hours": 4}: over how long it leaves; {} at once
    state: Mapped[str]  # draft, released, paused, cancelled
    released_at: Mapped[datetime | None]  # when it was last released or resumed
    written_by: Mapped[int | None]  # the account that wrote it in the console last; accounts are never deleted


class MailingText(Base):
    """A mailing's text in one language: subject and Markdown body."""

    __tablename__ = "mailing_text"
    __table_args__ = (UniqueConstraint("mailing_id", "language"),)

    id: Mapped[Id]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[Any]]  # [{"kind": "answer" | "join-chat" | "link", "label": "...", "url": "..."}]
    attachments: Mapped[list[Any]] = mapped_column(default=list)  # names of the mailing's files


class MailingFile(Base):
    """A picture or an attachment of a mailing, under the name by which its texts speak of it."""

    __tablename__ = "mailing_file"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]  # by its contents and the ending of its name: "image/png", "text/csv; charset=utf-8"
    sha256: Mapped[str] = mapped_column(ForeignKey("file_content.sha256"))
    size: Mapped[int]  # bytes
    width: Mapped[int] = mapped_column(default=0)  # pixels of a picture
    height: Mapped[int] = mapped_column(default=0)


class SentText(Base):
    """A text as it left, kept whatever becomes of the mailing's text afterwards; never changed."""

    __tablename__ = "sent_text"

    digest: Mapped[str] = mapped_column(primary_key=True)  # of all that stands here
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[Any]]
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    files: Mapped[list[Any]] = mapped_column(default=list)  # [{"name", "media_type", "sha256"}]: pictures, attachments


class Occurrence(Base):
    """One time a mailing is due. The due time is this row; whoever claims it acts."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("mailing_id", "key"),
        Index("ix_occurrence_state_due_at", "state", "due_at"),
    )

    id: Mapped[Id]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    key: Mapped[str]  # "" for the only one, a date for a recurring one, a notice's id
    due_local: Mapped[str]  # "2023-09-20T09:30" in `time_zone`: planned times keep the local time
    time_zone: Mapped[str]
    due_at: Mapped[datetime]  # derived
    state: Mapped[str]  # due, planned, asked, dropped
    reason: Mapped[str] = mapped_column(default="")  # why it does not leave: "no-text:fr", "missed", ...
    channel: Mapped[str] = mapped_column(default="")  # the only channel it may take, "" for each person's own
    values: Mapped[dict[str, Any]]
    planned_at: Mapped[datetime | None]


class Delivery(Base):
    """One row per person and occurrence: what became of telling them.

    States: planned -> claimed -> handed-over -> sent | failed | bounced; skipped (with the
    reason); in-doubt when a crash fell between hand-over and outcome.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("mailing_id", "occurrence_id", "participant_id"),
        Index("ix_delivery_queue", "mailing_id", "channel", "due_at", sqlite_where=PLANNED, postgresql_where=PLANNED),
        Index("ix_delivery_in_hands", "claimed_by", sqlite_where=IN_HANDS, postgresql_where=IN_HANDS),
        Index("ix_delivery_in_doubt", "mailing_id", sqlite_where=IN_DOUBT, postgresql_where=IN_DOUBT),
        Index("ix_delivery_occurrence_id", "occurrence_id"),
        Index("ix_delivery_participant_id", "participant_id"),
        Index("ix_delivery_address_id", "address_id"),
    )

    id: Mapped[Id]
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    channel: Mapped[str]
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id", ondelete="SET NULL"))
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    priority: Mapped[int] = mapped_column(default=1)  # 0 before 1: a notice does not wait behind a mailing
    attempts: Mapped[int] = mapped_column(default=0)  # all of them
    tries: Mapped[int] = mapped_column(default=0)  # by this channel, since it was planned for it
    due_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(default="")
    claimed_until: Mapped[datetime | None]  # on the machine's clock, which nobody moves; None unless in hands
    handed_over_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(default="")  # our own stable Message-ID
    text_digest: Mapped[str] = mapped_column(default="")  # the text that left (SentText), "" for a notice
    provider_id: Mapped[str] = mapped_column(default="")  # Telegram's message id, the relay's queue id


# For a partial index a database has to see the value itself.
IS_PLANNED = Delivery.state == literal_column("'planned'")
IS_IN_DOUBT = Delivery.state == literal_column("'in-doubt'")
IS_IN_HANDS = Delivery.claimed_until.is_not(None)


class Attempt(Base):
    """A try that did not settle its delivery: when, by which channel, with what outcome.

    The try that settled it stands in the delivery itself, and here too where a part of the message did not arrive.
    """

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: Mapped[Id]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int]
    channel: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")


class Permit(Base):
    """The generic cell rate algorithm's one number, shared by all senders, for whatever has a rate of its own.

    That is a way out, what is written to (a mail domain, a group; with `:later` the places given to those who wait
    for it), and the bot's replies. On the machine's clock: a rate is physical, whatever time the office pretends it is.
    """

    __tablename__ = "permit"

    name: Mapped[str] = mapped_column(primary_key=True)  # "telegram", "telegram:replies", "email:RELAY", "email@DOMAIN"
    next_at: Mapped[datetime]  # the theoretical arrival time
