"""Participants and their memberships as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.people.tables import Membership, Participant


@dataclass(frozen=True)
class NewMember:
    """What an office knows of somebody it adds; `legal_basis` is "consent" or "public-task"."""

    source: str
    legal_basis: str
    language: str = "it"
    reference: str | None = None
    name: str = ""
    category: str = ""
    organisation_id: int | None = None
    municipality_id: int | None = None
    zone_id: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    preferred_channel: str = ""


def add_participant(session: Session, language: str, now: datetime, preferred_channel: str = "") -> int:
    """A new participant, known to no office yet."""
    row = {"language": language, "preferred_channel": preferred_channel, "created_at": now}
    added = insert(Participant).values(**row, paused_until=None, merged_into=None, erased_at=None)
    return int(session.execute(added.returning(Participant.id)).scalar_one())


def add_member(session: Session, office_id: int, new: NewMember, now: datetime) -> int:
    """A new participant who belongs to an office; the participant's id."""
    participant_id = add_participant(session, new.language, now, new.preferred_channel)
    session.execute(
        insert(Membership).values(
            office_id=office_id,
            participant_id=participant_id,
            reference=new.reference,
            name=new.name,
            category=new.category,
            organisation_id=new.organisation_id,
            municipality_id=new.municipality_id,
            zone_id=new.zone_id,
            attributes=new.attributes,
            source=new.source,
            legal_basis=new.legal_basis,
            joined_at=now,
            left_at=None,
        )
    )
    return participant_id


def remaining(session: Session, participant_id: int) -> int:
    """The participant who remains after all merges."""
    while (
        merged := session.scalar(select(Participant.merged_into).where(Participant.id == participant_id))
    ) is not None:
        participant_id = merged
    return participant_id


def membership(session: Session, office_id: int, participant_id: int) -> Membership | None:
    """What an office knows of a participant, unless they left it."""
    return session.scalars(
        select(Membership).where(
            Membership.office_id == office_id, Membership.participant_id == participant_id, Membership.left_at.is_(None)
        )
    ).one_or_none()
