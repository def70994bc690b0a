"""Everything that is known of a person, for the person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.people.addresses import addresses
from core.people.consent import consent_history
from core.people.errors import ParticipantUnknown
from core.people.merged import all_of
from core.people.open_offices import kept_text
from core.people.tables import ContactPerson, JoinRequest, Membership, Municipality, Organisation, Participant, Zone
from core.process.appointments.my_data import export_appointments
from core.process.attendance import export_attendance
from core.process.dates.my_data import export_dates
from core.process.door.my_data import export_door
from core.process.room.my_data import export_room
from core.process.tables import Office

# What stands above core adds its part: (name, what it knows of these participants).
Contributor = tuple[str, Callable[[Session, Sequence[int]], Any]]


def export_person(session: Session, participant_id: int, contributors: Sequence[Contributor] = ()) -> dict[str, Any]:
    """A JSON-able record of a person with all that were merged into them; raises ParticipantUnknown."""
    person = session.get(Participant, participant_id)
    if person is None or person.erased_at is not None:
        raise ParticipantUnknown
    ids = all_of(session, participant_id)
    known: dict[str, Any] = {
        "participant": participant_id,
        "language": person.language,
        "preferred_channel": person.preferred_channel,
        "paused_until": person.paused_until.isoformat() if person.paused_until else None,
        "since": person.created_at.isoformat(),
        "addresses": [_address(one) for each in ids for one in addresses(session, each)],
        "offices": [_office(row) for row in session.execute(_memberships(ids)).mappings()],
        "speaks_for": list(session.scalars(_organisations(ids))),
        "consents": [_consent(session, one) for each in ids for one in consent_history(session, each)],
        "requests_to_join": [_request(one) for one in session.scalars(_requests(ids))],
        "events": export_attendance(session, ids),
        "doors": export_door(session, ids),
        "rooms": export_room(session, ids),
        "appointments": export_appointments(session, ids),
        "dates": export_dates(session, ids),
    }
    return known | {name: tell(session, ids) for name, tell in contributors}


def _address(one: Any) -> dict[str, Any]:
    return {"channel": one.channel, "value": one.value, "since": one.created_at.isoformat()}


def _memberships(ids: Sequence[int]) -> Any:
    return (
        select(
            Office.name.label("office"),
            Membership.name,
            Membership.reference,
            Membership.category,
            Organisation.name.label("organisation"),
            Municipality.name.label("municipality"),
            Zone.name.label("zone"),
            Membership.attributes,
            Membership.source,
            Membership.legal_basis,
            Membership.joined_at,
            Membership.left_at,
        )
        .join(Office, Office.id == Membership.office_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Municipality, Municipality.id == Membership.municipality_id)
        .outerjoin(Zone, Zone.id == Membership.zone_id)
        .where(Membership.participant_id.in_(ids))
        .order_by(Membership.id)
    )


def _office(row: Any) -> dict[str, Any]:
    times = {name: row[name].isoformat() if row[name] else None for name in ("joined_at", "left_at")}
    return {**row, **times}


def _organisations(ids: Sequence[int]) -> Any:
    return (
        select(Organisation.name)
        .join(ContactPerson, ContactPerson.organisation_id == Organisation.id)
        .where(ContactPerson.participant_id.in_(ids))
        .order_by(Organisation.name)
    )


def _requests(ids: Sequence[int]) -> Any:
    theirs = or_(JoinRequest.participant_id.in_(ids), JoinRequest.joins_id.in_(ids))
    return select(JoinRequest).where(theirs).order_by(JoinRequest.id)


def _request(one: Any) -> dict[str, Any]:
    asked = {name: getattr(one, name) for name in ("email", "name", "purposes", "language", "source", "text_version")}
    return {
        **asked,
        "office": one.office_id,
        "asked_at": one.asked_at.isoformat(),
        "confirmed_at": one.confirmed_at.isoformat() if one.confirmed_at else None,
    }


def _consent(session: Session, one: Any) -> dict[str, Any]:
    stated = {name: getattr(one, name) for name in ("purpose", "channel", "granted", "text_version", "source")}
    return {
        **stated,
        "text": kept_text(session, one.office_id, one.text_version),
        "office": one.office_id,
        "stated_at": one.stated_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }
