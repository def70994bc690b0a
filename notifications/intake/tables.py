"""What came in by mail: who it is about, what was done, and what waits for staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

VOTE = "vote"  # the reason of a mail that is a vote, or was meant as one, and says nothing else


class IncomingMail(Base):
    """One mail that came to our mailbox, or what somebody wrote to an office in the chat.

    The words of a mail are kept only where staff may have to read them (`state` "for-staff", "noted" or "read").
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        Index("ix_incoming_mail_state", "office_id", "state"),
        Index("ix_incoming_mail_address", "address", "received_at"),
        Index("ix_incoming_mail_delivery_id", "delivery_id"),
        Index("ix_incoming_mail_participant_id", "participant_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    received_at: Mapped[datetime]
    kind: Mapped[str]  # bounce, complaint, auto-reply, challenge, none
    state: Mapped[str]  # acted, ignored, noted, for-staff, read, answered
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))  # where a signed address told it
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    address: Mapped[str] = mapped_column(default="")  # whom a bounce or complaint is about
    reason: Mapped[str] = mapped_column(default="")
    is_hard: Mapped[bool] = mapped_column(default=False)
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(Text, default="")
    door: Mapped[str] = mapped_column(default="mail")  # mail, chat: by which way it came
    answer: Mapped[str] = mapped_column(Text, default="")  # the office's, "" for none
    answered_by: Mapped[int | None]  # an account; those are never deleted
    answered_at: Mapped[datetime | None]
