"""What offices are called, and the audiences they have."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.tables import Audience
from core.process.tables import Office


def office_names(session: Session, office_ids: Collection[int]) -> dict[int, str]:
    """In the order in which the offices were made."""
    found = select(Office.id, Office.name).where(among(Office.id, list(office_ids))).order_by(Office.id)
    return {row.id: row.name for row in session.execute(found)}


def audiences_of(session: Session, office_id: int) -> list[tuple[int, str]]:
    """By their names."""
    found = select(Audience.id, Audience.name).where(Audience.office_id == office_id).order_by(Audience.name)
    return [(row.id, row.name) for row in session.execute(found)]
