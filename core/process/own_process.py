"""The process of an office that has loaded none: what it asks its people stands there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.i18n import LANGUAGES
from core.people.tables import Membership, Participant
from core.process.tables import Process

SLUG, ZONE, HOME_LANGUAGE = "questions", "Europe/Rome", "it"
TITLE = {"it": "Domande ai cittadini", "en": "Questions to the people", "fr": "Questions aux habitants"}
WINDOW = {"days": [0, 1, 2, 3, 4, 5, 6], "from": "08:00", "until": "20:00", "holidays": False}


def processes_of(session: Session, office_id: int) -> list[Process]:
    """Those of an office, the newest first."""
    found = select(Process).where(Process.office_id == office_id).order_by(Process.id.desc())
    return list(session.scalars(found))


def usual_process(session: Session, office_id: int) -> Process:
    """The newest process of an office; where there is none, the one that it would get, kept nowhere."""
    found = processes_of(session, office_id)
    return found[0] if found else Process(id=0, **_row(session, office_id))


def need_process(session: Session, office_id: int) -> Process:
    """As `usual_process`, kept."""
    if found := processes_of(session, office_id):
        return found[0]
    made = session.execute(insert(Process).values(_row(session, office_id)).returning(Process.id)).scalar_one()
    return session.get_one(Process, made)


def _row(session: Session, office_id: int) -> dict[str, Any]:
    return {
        "office_id": office_id, "slug": SLUG, "title": TITLE, "summary": {}, "languages": spoken(session, office_id),
        "time_zone": ZONE, "send_window": WINDOW, "retention": {},
    }  # fmt: skip


def spoken(session: Session, office_id: int) -> list[str]:
    """The languages that the people of an office read, the home language among them; in our order."""
    people = (
        select(Participant.language)
        .join(Membership, Membership.participant_id == Participant.id)
        .where(Membership.office_id == office_id, Membership.left_at.is_(None), Participant.erased_at.is_(None))
        .distinct()
    )
    found = {HOME_LANGUAGE, *session.scalars(people)}
    return [one for one in LANGUAGES if one in found]
