"""An office with places and people, as rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.people.store import NewMember, add_member
from core.people.tables import Municipality, Organisation, Zone
from core.process.tables import Office
from tests.conftest import NOW


def put(session: Session, table: Any, **values: Any) -> int:
    return int(session.execute(insert(table).values(values).returning(table.id)).scalar_one())


def office(session: Session, slug: str = "metro") -> int:
    """An office with two zones, a small and a large municipality and two organisations."""
    made = put(session, Office, slug=slug, name=slug.title(), kind="authority")
    hills = put(session, Zone, office_id=made, slug="hills", name="The hills")
    put(session, Zone, office_id=made, slug="plain", name="The plain")
    place = {"office_id": made, "zone_id": hills}
    put(session, Municipality, **place, slug="borgo", name="Borgo Alto", population=900)
    put(session, Municipality, **place, slug="citta", name="Città Bassa", population=90_000)
    put(session, Organisation, office_id=made, slug="rete", name="Rete Verde", kind="third-sector")
    put(session, Organisation, office_id=made, slug="lega", name="Lega Comuni", kind="union")
    return made


def member(session: Session, office_id: int, **known: Any) -> int:
    return add_member(session, office_id, NewMember(**{"source": "test", "legal_basis": "consent", **known}), NOW)
