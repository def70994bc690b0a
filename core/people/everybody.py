"""The audience of everybody whom an office may write to: of a mailing, those who want what it is about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.i18n import N_, translator
from core.people.tables import Audience

EVERYBODY = "everybody"  # in a form, and as a short name
NAME = N_("Everybody who subscribed")
RULE: dict[str, Any] = {"everyone": True}


def find_everybody(session: Session, office_id: int) -> int | None:
    """The office's audience that means everybody, where it has one."""
    own = select(Audience).where(Audience.office_id == office_id).order_by(Audience.id)
    return next((one.id for one in session.scalars(own) if one.rule == RULE), None)


def keep_everybody(session: Session, office_id: int, language: str) -> int:
    """That audience, made where there is none; its id."""
    found = find_everybody(session, office_id)
    if found is not None:
        return found
    slugs = set(session.scalars(select(Audience.slug).where(Audience.office_id == office_id)))
    slug = next(
        one for one in (EVERYBODY, *(f"{EVERYBODY}-{at}" for at in range(2, len(slugs) + 3))) if one not in slugs
    )
    row = {"office_id": office_id, "slug": slug, "name": translator(language)(NAME), "rule": RULE}
    return int(session.execute(insert(Audience).values(row).returning(Audience.id)).scalar_one())
