"""What was done at an event's door, act by act; what follows from it stands in attendance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

ONLINE_KEY = "online:"  # the keys of those who follow online begin so (`online_key`); no telephone's does


class DoorAct(Base):
    """Somebody let in, taken back, or noted as having followed online.

    `key` is the act's own name, given where it was done: sent again, it counts once. Of who was erased the row stays
    without the person, so that no telephone that is still to sync brings them back.
    """

    __tablename__ = "door_act"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        Index("ix_door_act_participant_id", "participant_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    key: Mapped[str]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[str]  # in, out, along, online
    way: Mapped[str]  # code, name, walk-in, page, chat, import
    along: Mapped[int] = mapped_column(default=0)  # who came with them
    at: Mapped[datetime]  # when it was done, held to the times of the door
    received_at: Mapped[datetime]
    outcome: Mapped[str]  # in, already, out, not-in, noted
