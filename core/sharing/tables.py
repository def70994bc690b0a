"""Links to pass on, and how often they were opened."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, Id


class ShareLink(Base):
    """A short address that leads to an event's or the office's page; for whom it was made, for the counts."""

    __tablename__ = "share_link"
    __table_args__ = (Index("ix_share_link_office_id", "office_id"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    note: Mapped[str] = mapped_column(default="")  # for staff: where it hangs
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ShareVisit(Base):
    """How often a link was opened on a day, and nothing about by whom."""

    __tablename__ = "share_visit"

    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    visits: Mapped[int] = mapped_column(default=0)
