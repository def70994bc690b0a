"""A municipality lets its union or zone ask its people too, and takes that back.

The union learns how many they are, never who: what people get comes from their own municipality, by its right and under
its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.errors import Problem
from core.i18n import N_
from core.process.lending_tables import OfficeLending
from core.process.tables import Office

ABOVE = ("union", "zone")


class NobodyAbove(Problem):
    text = N_("This office belongs to no union of municipalities and to no zone.")
    status = 409


@dataclass(frozen=True)
class Lending:
    """The office above one, and whether it may ask its people."""

    above_id: int
    above: str
    allowed: bool


def lending_of(session: Session, office_id: int) -> Lending | None:
    """None for an office that belongs to no union and no zone."""
    above_id = session.scalar(select(Office.parent_id).where(Office.id == office_id))
    above = session.get(Office, above_id) if above_id is not None else None
    if above is None or above.kind not in ABOVE:
        return None
    mine = OfficeLending.office_id == office_id, OfficeLending.above_id == above.id
    allowed = session.scalar(select(OfficeLending.office_id).where(*mine)) is not None
    return Lending(above.id, above.name, allowed)


def set_lending(session: Session, office_id: int, account_id: int, now: datetime, *, allowed: bool) -> Lending:
    """Raises NobodyAbove."""
    lending = lending_of(session, office_id)
    if lending is None:
        raise NobodyAbove
    session.execute(delete(OfficeLending).where(OfficeLending.office_id == office_id))
    if allowed:
        values = {"office_id": office_id, "above_id": lending.above_id, "allowed_by": account_id, "allowed_at": now}
        session.execute(insert_into(session, OfficeLending).values(values).on_conflict_do_nothing())
    return Lending(lending.above_id, lending.above, allowed)


def lenders(session: Session, above_id: int) -> list[tuple[int, str]]:
    """The offices below one whose people it may ask, by name; those that belong to another one by now are none."""
    found = (
        select(Office.id, Office.name)
        .join(OfficeLending, OfficeLending.office_id == Office.id)
        .where(OfficeLending.above_id == above_id, Office.parent_id == above_id)
    )
    return [(row.id, row.name) for row in session.execute(found.order_by(Office.name, Office.id))]
