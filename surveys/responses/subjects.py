"""Who answers a round and for whom: the person, their organisation, their municipality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from core.people.merged import everybody_behind
from core.people.tables import (
    Audience,
    ContactPerson,
    Membership,
    Municipality,
    Organisation,
    Participant,
    Zone,
)
from surveys.responses.audience import round_audience
from surveys.responses.rounds import OpenRound, SubjectKind


@dataclass(frozen=True)
class Person:
    """A participant with all that were merged into them; `id` is the one who remains."""

    id: int
    ids: tuple[int, ...]
    language: str


def find_person(session: Session, participant_id: int) -> Person | None:
    """The person behind a participant, over all merges."""
    rows = everybody_behind(session, participant_id)
    root = next((row for row in rows if row.merged_into is None), None)
    return Person(root.id, tuple(row.id for row in rows), root.language) if root else None


def subjects_of(session: Session, person: Person, round_: OpenRound) -> list[str]:
    """For whom a person may answer, the usual one first; empty when for nobody."""
    statement: Select[Any]
    match round_.subject_kind:
        case SubjectKind.PARTICIPANT:
            return [str(person.id), *(str(one) for one in person.ids if one != person.id)]
        case SubjectKind.ORGANISATION:
            statement = (
                select(Organisation.id)
                .join(ContactPerson, ContactPerson.organisation_id == Organisation.id)
                .where(ContactPerson.participant_id.in_(person.ids), Organisation.office_id == round_.office_id)
                .distinct()
                .order_by(Organisation.id)
            )
        case SubjectKind.MUNICIPALITY:
            statement = (
                select(Membership.municipality_id)
                .where(*_member(person, round_.office_id), Membership.municipality_id.is_not(None))
                .distinct()
                .order_by(Membership.municipality_id)
            )
        case SubjectKind.LINK:
            return []
    return [str(found) for found in session.scalars(statement)]


def is_invited(session: Session, person: Person, round_: OpenRound, now: datetime) -> bool:
    """Whether the round's audience holds the person now; without one, whoever belongs to the office."""
    if round_.audience_id is None:
        meant: Select[Any] = select(Membership.id).where(*_member(person, round_.office_id))
    else:
        rule = session.scalars(select(Audience.rule).where(Audience.id == round_.audience_id)).one()
        holds = round_audience()(rule, round_.office_id, now)
        meant = select(Participant.id).where(Participant.id == person.id, Participant.erased_at.is_(None), holds)
    return session.execute(meant.limit(1)).first() is not None


def attributes_of(session: Session, person: Person, office_id: int) -> dict[str, str]:
    """What the office knows of a person, as values that a form may preload (docs/results.md)."""
    row = session.execute(
        select(
            Membership.category,
            Membership.attributes,
            Zone.slug.label("zone"),
            Municipality.slug.label("municipality"),
            Organisation.slug.label("organisation"),
        )
        .outerjoin(Zone, Zone.id == Membership.zone_id)
        .outerjoin(Municipality, Municipality.id == Membership.municipality_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(*_member(person, office_id))
        .order_by(Membership.participant_id != person.id, Membership.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return {}
    known = {name: getattr(row, name) or "" for name in ("category", "zone", "municipality", "organisation")}
    return {**{name: str(value) for name, value in row.attributes.items()}, **known}


def _member(person: Person, office_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.participant_id.in_(person.ids),
        Membership.office_id == office_id,
        Membership.left_at.is_(None),
    )
