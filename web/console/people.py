"""The people a round asks, looked for by name or reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.people.tables import Membership, Participant
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


def find_people(session: Session, shelf: FormShelf, round_: OpenRound, wanted: tuple[str, datetime]) -> list[Person]:
    """At most 20 of those a round asks, by name, whose name or reference holds a text; none for an empty text."""
    text, now = wanted[0].strip()[:LONGEST], wanted[1]
    if not text or round_.subject_kind is SubjectKind.LINK:
        return []
    columns = (func.lower(Membership.name), func.lower(Membership.reference))
    statement = (
        select(Participant.id, Membership.name, Membership.reference)
        .join(Membership, and_(Membership.participant_id == Participant.id, Membership.left_at.is_(None)))
        .where(Membership.office_id == round_.office_id, people_meant(session, round_, now))
        .where(or_(*(column.contains(text.lower(), autoescape=True) for column in columns)))
        .order_by(Membership.name, Membership.reference, Participant.id)
        .limit(MOST)
    )
    found = []
    for row in session.execute(statement).all():
        try:
            turn = service.find(session, shelf, row.id, round_.id, now)
        except Problem:  # of a round for bodies: somebody who speaks for none
            continue
        found.append(Person(row.id, row.name or "", row.reference or "", turn.state if turn else ""))
    return found
