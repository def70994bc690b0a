"""Webhooks and their calls: the outbox of what other programs must be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

CLAIMED = text("claimed_until IS NOT NULL")
OF_SOMEBODY = text("participant_id IS NOT NULL")


class Webhook(Base):
    """An address of another program that an office wants called. Its secret is derived, never kept."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_office_id", "office_id"),)

    id: Mapped[Id]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[str]  # with a space between
    state: Mapped[str]  # active, paused, broken, removed
    nonce: Mapped[str]  # goes into the secret; another nonce is another secret
    earlier_nonce: Mapped[str] = mapped_column(default="")  # signs too for a day after `renewed_at`
    renewed_at: Mapped[datetime | None]
    created_by: Mapped[int | None]  # the account, None for the command line; accounts are never deleted
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]  # the first failure after which nothing got through
    held_until: Mapped[datetime | None]  # before then the receiver wants no calls (Retry-After)


class WebhookCall(Base):
    """One happening for one webhook, written in the transaction in which it happened.

    `data` holds ids and short names. The person's reference is not in it: it is added when the call leaves,
    so that nothing of them is left here once they are erased.
    """

    __tablename__ = "webhook_call"
    __table_args__ = (
        Index("ix_webhook_call_queue", "webhook_id", "state", "due_at"),
        Index("ix_webhook_call_webhook_id", "webhook_id", "id"),
        Index("ix_webhook_call_claimed_until", "claimed_until", sqlite_where=CLAIMED, postgresql_where=CLAIMED),
        Index("ix_webhook_call_tried", "webhook_id", "state", "attempts", "due_at"),
        Index(
            "ix_webhook_call_participant_id", "participant_id",
            sqlite_where=OF_SOMEBODY, postgresql_where=OF_SOMEBODY,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[str]  # the same for all webhooks, at every try and replay
    kind: Mapped[str]
    participant_id: Mapped[int | None]
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    state: Mapped[str]  # waiting, claimed, done, failed
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(default="")
    claimed_until: Mapped[datetime | None]  # on the machine's clock, which nobody moves
    status: Mapped[int | None]  # the last HTTP status
    detail: Mapped[str] = mapped_column(default="")  # why there was none: timeout, connection, ...
    settled_at: Mapped[datetime | None]
