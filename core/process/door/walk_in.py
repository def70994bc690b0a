"""Somebody who comes without having registered: a participant, a membership, a consent and an attendance in one act.

An address that the office knows under the same name is that person; whatever other offices know is not looked at. What
is answered is the same in either case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.i18n import LANGUAGES
from core.people.addresses import add_address, normal_email
from core.people.channels import EMAIL
from core.people.importing.known import by_email
from core.people.self_joined import tidy_name
from core.people.store import NewMember, add_member, remaining
from core.people.tables import Membership, Municipality, Organisation
from core.process.door.acting import Became, Wanted, act, check_open, held, kept_act
from core.process.door.consenting import HOW, DoorText, keep_consent
from core.process.door.errors import ConsentMissing, NameMissing, PlaceUnknown
from core.process.door.settling import Kind
from core.process.door.taking_back import SOURCE, WAY
from core.process.events import EventFacts


@dataclass(frozen=True)
class WalkIn:
    """What is told at the door; `consent` is how it was given ("ticked", "told"), to `text`."""

    key: str
    name: str
    consent: str
    text: DoorText
    email: str = ""
    organisation_id: int | None = None
    municipality_id: int | None = None
    along: int = 0
    language: str = "it"
    said_at: datetime | None = None


def register(session: Session, event: EventFacts, one: WalkIn, now: datetime) -> Became:
    """Registers somebody and lets them in; the same key again says what became of it.

    Raises NameMissing, ConsentMissing, EmailWrong, PlaceUnknown and what `act` raises.
    """
    event = held(session, event)  # two telephones that send the same act make one person
    wanted = Wanted(one.key, Kind.IN, 0, WAY, one.along, one.said_at)
    if kept_act(session, event.id, one.key) is not None:
        return act(session, event, wanted, now)
    check_open(event, Kind.IN, now)
    name, email = tidy_name(one.name), normal_email(one.email) if one.email.strip() else ""
    if not name:
        raise NameMissing
    if one.consent not in HOW:
        raise ConsentMissing
    _check_places(session, event.office_id, one)
    told = replace(one, name=name, email=email, language=one.language if one.language in LANGUAGES else "it")
    person = _known(session, event.office_id, told, now) or _add(session, event.office_id, told, now)
    keep_consent(session, person, one.text, one.consent, told.language, now, has_email=bool(email))
    return act(session, event, replace(wanted, participant_id=person), now)


def _known(session: Session, office_id: int, one: WalkIn, now: datetime) -> int | None:
    """Who of the office has this address and name; what the office knows of them stays, what it lacks is added."""
    found = by_email(session, office_id, [one.email]).get((one.email, one.name.casefold())) if one.email else None
    if found is None:
        return None
    member = session.get_one(Membership, found.membership_id)
    back = {"left_at": None, "joined_at": now, "source": SOURCE, "legal_basis": "consent"}
    values = {
        "organisation_id": member.organisation_id or one.organisation_id,
        "municipality_id": member.municipality_id or one.municipality_id,
        **(back if member.left_at is not None else {}),
    }
    session.execute(update(Membership).where(Membership.id == found.membership_id).values(values))
    return remaining(session, found.participant_id)


def _add(session: Session, office_id: int, one: WalkIn, now: datetime) -> int:
    new = NewMember(
        SOURCE, "consent", one.language, name=one.name, organisation_id=one.organisation_id,
        municipality_id=one.municipality_id,
    )  # fmt: skip
    person = add_member(session, office_id, new, now)
    if one.email:
        add_address(session, person, EMAIL, one.email, now)
    return person


def _check_places(session: Session, office_id: int, one: WalkIn) -> None:
    for table, wanted in ((Organisation, one.organisation_id), (Municipality, one.municipality_id)):
        if wanted is None:
            continue
        known = select(table.id).where(table.id == wanted, table.office_id == office_id)
        if session.scalar(known) is None:
            raise PlaceUnknown
