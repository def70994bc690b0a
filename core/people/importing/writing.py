"""Writes imported people: new ones in bulk, changed ones each for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.people.addresses import add_address
from core.people.channels import EMAIL
from core.people.consent import Proof, consents, state_consent
from core.people.importing.known import Known
from core.people.importing.person import Person
from core.people.importing.places import PlaceIds
from core.people.tables import Address, ContactPerson, Membership, Participant
from core.people.withdrawing import tell_withdrawn

IMPORTED = "import"


@dataclass(frozen=True)
class Origin:
    """Into which office, where its people come from and by which right it knows them."""

    office_id: int
    source: str
    legal_basis: str
    language: str = "it"  # of those whose row says none


def write_new(session: Session, people: Sequence[Person], origin: Origin, ids: PlaceIds, now: datetime) -> list[int]:
    """Adds people as new participants; their ids in the same order."""
    if not people:
        return []
    rows = [
        {
            "language": one.language or origin.language,
            "preferred_channel": one.channel,
            "paused_until": None,
            "merged_into": None,
            "created_at": now,
            "erased_at": None,
        }
        for one in people
    ]
    added = insert(Participant).returning(Participant.id, sort_by_parameter_order=True)
    made = list(session.scalars(added, rows))
    pairs = list(zip(people, made, strict=True))
    session.execute(insert(Membership), [_membership(one, known_as, origin, ids, now) for one, known_as in pairs])
    mails = [
        {"participant_id": known_as, "channel": EMAIL, "value": one.email, "proved_at": None, "blocked_at": None,
         "created_at": now}
        for one, known_as in pairs if one.email
    ]  # fmt: skip
    contacts = [
        {
            "organisation_id": ids["organisation"][one.values["organisation"]],
            "participant_id": known_as,
            "capacity": one.values["contact"],
        }
        for one, known_as in pairs
        if one.values.get("contact")
    ]
    for table, values in ((Address, mails), (ContactPerson, contacts)):
        if values:
            session.execute(insert(table), values)
    for one, known_as in pairs:
        _keep_consents(session, one, known_as, origin.office_id)
    return made


def write_changed(session: Session, one: Person, known: Known, origin: Origin, ids: PlaceIds, now: datetime) -> None:  # noqa: PLR0913, PLR0917
    """Brings a member to what the row says; what its file has no column for stays."""
    values = {**known.values, **one.values}
    session.execute(
        update(Membership)
        .where(Membership.id == known.membership_id)
        .values(
            **_columns(values, ids),
            attributes=merged_attributes(known, one),
            reference=one.reference or known.reference,
        )
    )
    if "contact" in one.values or "organisation" in one.values:
        _write_contact(session, known, values, ids)
    if one.email and one.email not in known.emails:
        _write_email(session, one.email, known, now)
    write_consents(session, one, known.participant_id, origin.office_id, now)


def merged_attributes(known: Known, one: Person) -> dict[str, Any]:
    """An empty cell takes an attribute away."""
    return {name: value for name, value in {**known.attributes, **one.attributes}.items() if value != ""}


def write_consents(session: Session, one: Person, participant_id: int, office_id: int, now: datetime) -> bool:
    """Keeps what the row says of consent, about e-mail, of somebody known before; whether that changed anything.

    What is taken back by it is told to the office's webhooks.
    """
    refused = {purpose for purpose, granted in one.consents.items() if not granted}
    stood = consents(session, participant_id, office_id) if refused else {}
    changed = _keep_consents(session, one, participant_id, office_id)
    news = {(purpose, EMAIL) for purpose in changed & refused if stood.get((purpose, EMAIL)) is not False}
    tell_withdrawn(session, (participant_id, office_id), news, IMPORTED, now)
    return bool(changed)


def _keep_consents(session: Session, one: Person, participant_id: int, office_id: int) -> set[str]:
    """The purposes about which something changed."""
    if one.consent_at is None:
        return set()
    about, said = (participant_id, office_id), (Proof(one.consent_text, one.consent_source), one.consent_at)
    return {
        purpose
        for purpose, granted in one.consents.items()
        if state_consent(session, *about, purpose, EMAIL, granted, *said)
    }


def _membership(one: Person, participant_id: int, origin: Origin, ids: PlaceIds, now: datetime) -> dict[str, Any]:
    return {
        "office_id": origin.office_id,
        "participant_id": participant_id,
        "reference": one.reference,
        **_columns(one.values, ids),
        "attributes": {name: value for name, value in one.attributes.items() if value != ""},
        "source": origin.source,
        "legal_basis": origin.legal_basis,
        "joined_at": now,
        "left_at": None,
    }


def _columns(values: dict[str, Any], ids: PlaceIds) -> dict[str, Any]:
    places = {f"{kind}_id": known.get(values.get(kind, "")) for kind, known in ids.items()}
    return {"name": values.get("name", ""), "category": values.get("category", ""), **places}


def _write_contact(session: Session, known: Known, values: dict[str, Any], ids: PlaceIds) -> None:
    """Whoever changes organisation speaks for the new one; for a third one they speak as before."""
    both = [ids["organisation"][slug] for slug in {known.values["organisation"], values["organisation"]} if slug]
    mine = (ContactPerson.participant_id == known.participant_id, ContactPerson.organisation_id.in_(both))
    session.execute(delete(ContactPerson).where(*mine))
    if values["contact"] and values["organisation"]:
        session.execute(
            insert(ContactPerson).values(
                organisation_id=ids["organisation"][values["organisation"]],
                participant_id=known.participant_id,
                capacity=values["contact"],
            )
        )


def _write_email(session: Session, email: str, known: Known, now: datetime) -> None:
    """Corrects the one address that only this office gave; otherwise adds a further one."""
    offices = session.scalar(
        select(func.count()).select_from(Membership).where(Membership.participant_id == known.participant_id)
    )
    mine = (Address.participant_id == known.participant_id, Address.channel == EMAIL, Address.proved_at.is_(None))
    if len(known.emails) == 1 and offices == 1:
        changed = update(Address).where(*mine).values(value=email).returning(Address.id)
        if session.execute(changed).first() is not None:
            return
    add_address(session, known.participant_id, EMAIL, email, now)
