"""Who of a batch of imported people the office knows already. Other offices are never looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from core.people.channels import EMAIL
from core.people.tables import Address, ContactPerson, Membership, Municipality, Organisation, Participant, Zone


@dataclass
class Known:
    """A member as they stand; `values` in the words of a people file."""

    membership_id: int
    participant_id: int
    reference: str | None
    left: bool
    attributes: dict[str, Any]
    values: dict[str, Any]
    emails: list[str] = field(default_factory=list)

    def state(self) -> dict[str, Any]:
        """What a package compares to see whether somebody edited the person."""
        return {**self.values, "attributes": self.attributes, "emails": sorted(self.emails)}


def by_reference(session: Session, office_id: int, references: Collection[str]) -> dict[str, Known]:
    found = _load(session, _people(office_id).where(Membership.reference.in_(references)))
    return {str(one.reference): one for one in found}


def by_email(session: Session, office_id: int, emails: Collection[str]) -> dict[tuple[str, str], Known]:
    """Members by (e-mail address, name in small letters), the oldest first."""
    having = select(Address.participant_id).where(Address.channel == EMAIL, Address.value.in_(emails))
    found = _load(session, _people(office_id).where(Membership.participant_id.in_(having)))
    known: dict[tuple[str, str], Known] = {}
    for one in found:
        for email in one.emails:
            known.setdefault((email, one.values["name"].casefold()), one)
    return known


def _people(office_id: int) -> Select[Any]:
    return (
        select(
            Membership.id,
            Membership.participant_id,
            Membership.reference,
            Membership.left_at,
            Membership.attributes,
            Membership.name,
            Membership.category,
            Organisation.slug.label("organisation"),
            Municipality.slug.label("municipality"),
            Zone.slug.label("zone"),
            ContactPerson.capacity.label("contact"),
        )
        .join(Participant, Participant.id == Membership.participant_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Municipality, Municipality.id == Membership.municipality_id)
        .outerjoin(Zone, Zone.id == Membership.zone_id)
        .outerjoin(
            ContactPerson,
            and_(
                ContactPerson.organisation_id == Membership.organisation_id,
                ContactPerson.participant_id == Membership.participant_id,
            ),
        )
        .where(Membership.office_id == office_id, Participant.erased_at.is_(None))
        .order_by(Membership.id)
    )


def _load(session: Session, statement: Select[Any]) -> Iterable[Known]:
    found = {}
    for row in session.execute(statement).mappings():
        names = ("name", "category", "organisation", "municipality", "zone", "contact")
        values = {name: row[name] or "" for name in names}
        known = Known(
            row["id"], row["participant_id"], row["reference"], row["left_at"] is not None, row["attributes"], values
        )
        found[known.participant_id] = known
    mails = select(Address.participant_id, Address.value).where(
        Address.channel == EMAIL, Address.participant_id.in_(found)
    )
    for participant_id, email in session.execute(mails):
        found[participant_id].emails.append(email)
    return found.values()


def by_ids(session: Session, office_id: int, ids: Collection[int]) -> list[Known]:
    return list(_load(session, _people(office_id).where(Membership.participant_id.in_(ids))))
