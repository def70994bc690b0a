"""Which offices let the union or zone above them ask their people too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base


class OfficeLending(Base):
    """An office allows the one above it to ask its people; without a row it does not."""

    __tablename__ = "office_lending"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True, autoincrement=False)
    above_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    allowed_by: Mapped[int]  # an account; those are never deleted
    allowed_at: Mapped[datetime]
