"""Who it is that a mailbox belongs to, once somebody has shown that they read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.channels import EMAIL
from core.people.store import remaining
from core.people.tables import Address, Membership, Participant


@dataclass
class _Known:
    participant_id: int
    is_member: bool = False
    names: set[str] = field(default_factory=set)


def same_person(session: Session, office_id: int, email: str, name: str) -> int | None:
    """The participant with this address and name, as an import tells people apart; None for somebody new.

    Several people may share a mailbox: a name that none of them has is somebody else's. Without a name, or where
    the only one known there has none, it is that one. Members of the office come first.
    """
    known = _known_at(session, office_id, email)
    wanted = name.casefold()
    alike = [one for one in known if wanted and wanted in one.names]
    if not alike and len(known) == 1 and (not wanted or not known[0].names):
        alike = known
    return min(alike, key=lambda one: (not one.is_member, one.participant_id)).participant_id if alike else None


def _known_at(session: Session, office_id: int, email: str) -> list[_Known]:
    """Everybody with an address whom some office knows or knew."""
    having = select(Address.participant_id).where(Address.channel == EMAIL, Address.value == email).distinct()
    ids = sorted({remaining(session, one) for one in session.scalars(having)})
    rows = session.execute(
        select(Membership.participant_id, Membership.office_id, Membership.name)
        .join(Participant, Participant.id == Membership.participant_id)
        .where(Membership.participant_id.in_(ids), Participant.erased_at.is_(None))
    )
    found: dict[int, _Known] = {}
    for row in rows:
        one = found.setdefault(row.participant_id, _Known(row.participant_id))
        one.is_member |= row.office_id == office_id
        one.names |= {row.name.casefold()} if row.name else set()
    return list(found.values())
