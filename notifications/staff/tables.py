"""What the staff's bot has to write of its own accord: a row each, and alarms with their state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id

STANDS, WAITS = text("ended_at IS NULL"), text("state = 'waiting'")


class Alarm(Base):
    """Something staff should act on, from when it was seen until it was over; each stands once."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index("uq_alarm_standing", "kind", "key", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )

    id: Mapped[Id]
    kind: Mapped[str]  # bounces, in-doubt, way-down, disk, decision, release, stuck, written
    key: Mapped[str]  # "mailing:3", "email:RELAY", ""
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))  # None: the whole installation
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"))
    severe: Mapped[bool]
    values: Mapped[dict[str, Any]]  # numbers and names for its text
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffMessage(Base):
    """A message to one member of staff about a question or an alarm.

    It is written from what it is about at the moment it leaves; once it stands in the chat it can wait again, to be
    changed there.
    """

    __tablename__ = "staff_message"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "about"),
        Index("ix_staff_message_due_at", "due_at", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]  # question, alarm, over
    about: Mapped[int]  # the mail's or the alarm's id
    state: Mapped[str]  # waiting, told, dropped
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)  # counts what happened that its words have to say
    chat_id: Mapped[int | None] = mapped_column(BigInteger)  # where it stands
    message_id: Mapped[int | None] = mapped_column(BigInteger)


class WayTrouble(Base):
    """A way out (a relay, Telegram) by which nothing could leave when it was last tried, and since when."""

    __tablename__ = "way_trouble"

    way: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    since: Mapped[datetime]
    said: Mapped[str]
