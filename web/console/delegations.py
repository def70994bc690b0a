"""Who comes for which organisation: contact persons, their replies, and substitutes who can be invited instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.people.merged import MERGED, person_of
from core.people.tables import ContactPerson, Membership, Organisation
from core.process.events import EventFacts
from core.process.replies import MODES, Reply
from core.process.standing import standing_attendance
from core.tables import Notice
from notifications.ledger.budget import LEFT
from notifications.ledger.events import event_id_of_mailing
from notifications.ledger.tables import Delivery, Mailing

SUBSTITUTE = "substitute"
INVITED = "substitute-invited"  # the kind of notice


@dataclass(frozen=True)
class Delegate:
    """A contact person or substitute of an organisation; `invited` by a mailing or in somebody's place."""

    participant_id: int
    name: str
    capacity: str
    reply: str
    substitute: str  # whom they named
    waits_for: str
    invited: bool

    @property
    def comes(self) -> bool:
        return self.reply in MODES


@dataclass
class Delegation:
    """An organisation with those who speak for it."""

    id: int
    name: str
    people: list[Delegate] = field(default_factory=list)

    @property
    def replied(self) -> bool:
        return any(one.reply for one in self.people)

    @property
    def to_invite(self) -> list[Delegate]:
        """Substitutes who may be invited now: somebody declined, nobody comes, and they know nothing of it yet."""
        declined = any(one.reply == Reply.NO and not one.substitute for one in self.people)
        if not declined or any(one.comes or one.waits_for for one in self.people):
            return []
        return [one for one in self.people if one.capacity == SUBSTITUTE and not one.invited and not one.reply]


def delegations(session: Session, event: EventFacts) -> list[Delegation]:
    """The organisations of which somebody was invited or replied, in the order of their names."""
    attended, invited = standing_attendance(event.id), _invited(session, event)
    person = person_of(ContactPerson.participant_id)
    member = and_(Membership.participant_id == person, Membership.office_id == event.office_id)
    rows = session.execute(
        select(
            Organisation.id, Organisation.name.label("organisation"), person.label("person"), Membership.name,
            ContactPerson.capacity, attended.c.reply, attended.c.substitute, attended.c.waits_for,
        )
        .select_from(ContactPerson)
        .join(Organisation, Organisation.id == ContactPerson.organisation_id)
        .outerjoin(MERGED, MERGED.c.id == ContactPerson.participant_id)
        .outerjoin(Membership, member)
        .outerjoin(attended, attended.c.person_id == person)
        .where(Organisation.office_id == event.office_id)
        .order_by(Organisation.name, Organisation.id, ContactPerson.capacity, Membership.name, ContactPerson.id)
    )  # fmt: skip
    found: dict[int, Delegation] = {}
    for row in rows:
        one = found.setdefault(row.id, Delegation(row.id, row.organisation))
        said = (row.reply or "", row.substitute or "", row.waits_for or "")
        one.people.append(Delegate(row.person, row.name or "", row.capacity, *said, row.person in invited))
    return [one for one in found.values() if any(each.invited or each.reply for each in one.people)]


def invite_substitute(session: Session, event: EventFacts, found: Delegation, person: int, now: datetime) -> None:
    """Tells a substitute that they are invited in somebody's place; once."""
    values = {"event_id": event.id, "organisation": found.name}
    tell(session, News(INVITED, _key(event, person), person, office_id=event.office_id, values=values), now)


def _invited(session: Session, event: EventFacts) -> set[int]:
    """Those to whom a mailing about the event left, or who were invited in somebody's place."""
    told = (
        select(person_of(Delivery.participant_id))
        .select_from(Delivery)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .outerjoin(MERGED, MERGED.c.id == Delivery.participant_id)
        .where(Mailing.process_id == event.process_id, event_id_of_mailing() == event.id, Delivery.state.in_(LEFT))
    )
    instead = select(Notice.participant_id).where(Notice.kind == INVITED, Notice.key.startswith(f"{event.id}:"))
    return {*session.scalars(told), *session.scalars(instead)}


def _key(event: EventFacts, person: int) -> str:
    return f"{event.id}:{person}"
