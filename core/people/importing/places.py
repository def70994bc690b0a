"""The places and bodies an office knows, as rows of people files may name them: by slug or by name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.importing.person import SEVERAL, Places
from core.people.tables import Municipality, Organisation, Zone

TABLES: dict[str, type[Organisation | Municipality | Zone]] = {
    "organisation": Organisation,
    "municipality": Municipality,
    "zone": Zone,
}
PlaceIds = dict[str, dict[str, int]]


def places_of(session: Session, office_id: int) -> Places:
    """By kind: slug, and name in small letters, to slug; a name that several have leads to SEVERAL."""
    found: dict[str, dict[str, str]] = {}
    for kind, table in TABLES.items():
        rows = session.execute(select(table.slug, table.name).where(table.office_id == office_id)).all()
        names: dict[str, str] = {}
        for row in rows:
            name = row.name.casefold()
            names[name] = SEVERAL if name in names else row.slug
        found[kind] = names | {row.slug: row.slug for row in rows}
    return found


def place_ids(session: Session, office_id: int) -> PlaceIds:
    """By kind: slug to id."""
    return {
        kind: {
            row.slug: row.id
            for row in session.execute(select(table.slug, table.id).where(table.office_id == office_id))
        }
        for kind, table in TABLES.items()
    }
