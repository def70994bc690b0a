"""Certificates of attendance: what they say, and whether one that somebody holds is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import LinkForged
from core.links import Links, Purpose
from core.people.merged import all_of
from core.people.self_joined import tidy_name
from core.people.store import remaining
from core.people.tables import Membership, Participant
from core.process.door.codes import WRITTEN
from core.process.door.errors import NameUnknown, NoCertificate, SubstituteNameless
from core.process.events import EventFacts, EventUnknown, load_event
from core.process.standing import standing
from core.process.tables import Attendance, Office


@dataclass(frozen=True)
class Certificate:
    """What is certified; `mode` is in-person or online, `language` that of the person."""

    name: str
    event: EventFacts
    mode: str
    office: str
    office_address: str
    language: str
    token: str


def certify(session: Session, links: Links, event: EventFacts, participant_id: int, now: datetime) -> Certificate:
    """For who came, after the event; raises NoCertificate, SubstituteNameless, NameUnknown."""
    person = remaining(session, participant_id)
    found = standing(session, event.id, person)
    if found is None or not found.came or event.cancelled or now < event.ends_at:
        raise NoCertificate
    name = who_instead(session, event.id, person) or _name(session, event.office_id, person)
    if not name:
        raise NameUnknown
    office = session.execute(select(Office.name, Office.address).where(Office.id == event.office_id)).one()
    language = session.scalars(select(Participant.language).where(Participant.id == person)).one()
    token = links.seal(Purpose.CERTIFICATE, b"%d:%d" % (person, event.id))
    return Certificate(name, event, found.came, office.name, office.address, language, token)


def confirm(session: Session, links: Links, token: str, now: datetime) -> Certificate | None:
    """What a genuine certificate says now, None where it is not true any more; raises LinkForged."""
    found = WRITTEN.fullmatch(links.unseal(Purpose.CERTIFICATE, token))
    if found is None:
        raise LinkForged
    try:
        return certify(session, links, load_event(session, int(found[2])), int(found[1]), now)
    except (NoCertificate, SubstituteNameless, NameUnknown, EventUnknown):
        return None


def who_instead(session: Session, event_id: int, person: int) -> str:
    """Who was there in the place of somebody who remains, "" for nobody else; raises SubstituteNameless.

    By the reply with which they came in: of somebody who was merged meanwhile another one may stand.
    """
    theirs = Attendance.event_id == event_id, Attendance.participant_id.in_(all_of(session, person))
    came = session.scalars(select(Attendance.substitute).where(*theirs, Attendance.came != "").order_by(Attendance.id))
    named = [tidy_name(one) for one in came]
    if not all(named):
        return ""
    found = next((one for one in named if any(sign.isalpha() for sign in one)), "")
    if named and not found:
        raise SubstituteNameless
    return found


def _name(session: Session, office_id: int, person: int) -> str:
    """As the event's office knows them, or knew who was merged into them."""
    mine = Membership.office_id == office_id, Membership.participant_id.in_(all_of(session, person))
    known = select(Membership.name).where(*mine, Membership.name != "")
    return session.scalar(known.order_by(Membership.participant_id != person, Membership.id).limit(1)) or ""
