"""Who works in the offices, what they may do and what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class Account(Base):
    """A member of staff; `password` is an Argon2 hash."""

    __tablename__ = "account"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str]
    password: Mapped[str]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class FailedSignIn(Base):
    """Wrong passwords given for an e-mail address, whether an account has it or not."""

    __tablename__ = "failed_sign_in"

    digest: Mapped[str] = mapped_column(primary_key=True)  # of the address as typed
    failures: Mapped[int]
    last_at: Mapped[datetime]


class Grant(Base):
    """A role of an account in an office."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "office_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    role: Mapped[str]  # administrator, organiser, clerk, reviewer, reader


class StaffSession(Base):
    """A signed-in browser; the cookie's token is kept only as a digest."""

    __tablename__ = "staff_session"

    digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AuditEntry(Base):
    """One act of staff (or of the command line): ids and numbers, never contents."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_office_id_at", "office_id", "at"),)

    id: Mapped[Id]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    act: Mapped[str]  # "results.exported", "package.loaded", ...
    subject: Mapped[str]  # "round:3"
    details: Mapped[dict[str, Any]]


class StaffChat(Base):
    """The Telegram account of a member of staff, and what they want to hear of there: one each way.

    `quiet_from` and `quiet_until` are times of the office's day ("20:00"), the same for none.
    """

    __tablename__ = "staff_chat"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(BigInteger, unique=True)  # Telegram's
    linked_at: Mapped[datetime]
    takes_questions: Mapped[bool]
    takes_alarms: Mapped[bool]
    quiet_from: Mapped[str]
    quiet_until: Mapped[str]
    severe_always: Mapped[bool]  # severe alarms come in quiet hours too
    awaiting: Mapped[dict[str, Any]]  # what the next words are for: {"answer": mail id}, {"quiet": true}
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)  # a poll that is being put together, {} for none


class StaffChatCode(Base):
    """A code by which an account can be linked once, kept as a digest; one an account, the newest."""

    __tablename__ = "staff_chat_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)  # wrong ones
