"""Rows that belong to no feature: what came in already, and what must still be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class Inbound(Base):
    """An update, form post or mail that was processed; its key is the sender's own."""

    __tablename__ = "inbound"

    door: Mapped[str] = mapped_column(primary_key=True)  # "telegram:participants", "web", "mail"
    key: Mapped[str] = mapped_column(primary_key=True)  # update_id, form-post key, Message-ID
    at: Mapped[datetime]


class FileContent(Base):
    """The bytes of a file that somebody of the staff gave, of a form or of a mailing: each once, by their SHA-256."""

    __tablename__ = "file_content"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Notice(Base):
    """Something a participant must be told, written in the transaction that caused it.

    The sender turns it into a delivery of its own kind; `planned_at` says that it did.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_notice_participant_id", "participant_id"))

    id: Mapped[Id]
    kind: Mapped[str]  # "chat-joined", "join-code", ...
    key: Mapped[str]  # what makes it one: a joining's nonce, ...
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    channel: Mapped[str]  # the only channel it may take, "" for the preferred one
    values: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
