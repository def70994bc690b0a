"""People of an office, looked for by name, reference or address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.people.channels import EMAIL
from core.people.tables import Address, Membership, Participant
from surveys.responses import service
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.shelf import FormShelf
from surveys.responses.store import COMPLETE
from surveys.results.participation import people_meant

MOST = 20
LONGEST = 100


@dataclass(frozen=True)
class Person:
    """Somebody the round asks; `state` is "", "partial" or "complete"."""

    participant_id: int
    name: str
    reference: str
    state: str

    @property
    def sent(self) -> bool:
        return self.state == COMPLETE


def search(office_id: int, wanted: str) -> Select[int, str, str | None]:
    """At most 20 people of an office whose name, reference or e-mail address holds a text; none for an empty text.

    A SELECT of id, name and reference, in the order of the names, that may be narrowed further.
    """
    text = wanted.strip()[:LONGEST].lower()
    member = and_(Membership.participant_id == Participant.id, Membership.left_at.is_(None))
    address = select(Address.participant_id).where(
        Address.channel == EMAIL, func.lower(Address.value).contains(text, autoescape=True)
    )
    columns = (func.lower(Membership.name), func.lower(Membership.reference))
    holds = or_(*(column.contains(text, autoescape=True) for column in columns), Participant.id.in_(address))
    return (
        select(Participant.id, Membership.name, Membership.reference)
        .join(Membership, member)
        .where(Membership.office_id == office_id, Participant.merged_into.is_(None), Participant.erased_at.is_(None))
        .where(holds if text else false())
        .order_by(Membership.name, Membership.reference, Participant.id)
        .limit(MOST)
    )


def find_people(session: Session, shelf: FormShelf, round_: OpenRound, wanted: tuple[str, datetime]) -> list[Person]:
    """Those of the found whom a round asks."""
    text, now = wanted
    if round_.subject_kind is SubjectKind.LINK:
        return []
    found = []
    for row in session.execute(search(round_.office_id, text).where(people_meant(session, round_, now))).all():
        try:
            turn = service.find(session, shelf, row.id, round_.id, now)
        except Problem:  # of a round for bodies: somebody who speaks for none
            continue
        found.append(Person(row.id, row.name or "", row.reference or "", turn.state if turn else ""))
    return found
