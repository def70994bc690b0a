"""What the console reads of replies to an event: counts, and people with what they replied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from core.people.tables import Membership, Participant
from core.process.events import EventFacts
from core.process.replies import NO_REPLY, Reply
from core.process.standing import standing_attendance
from notifications.ledger.budget import LEFT
from notifications.ledger.events import event_id_of_mailing
from notifications.ledger.tables import Delivery, Mailing
from web.console.people import search
from web.console.store import PAGE


@dataclass(frozen=True)
class Guest:
    """Somebody with their reply, "" where there is none."""

    participant_id: int
    name: str
    reference: str
    reply: str
    door: str
    at: datetime | None


def counts(session: Session, event: EventFacts) -> dict[str, int]:
    """How many gave each reply, and how many of those written to about the event gave none."""
    attended = standing_attendance(event.id)
    rows = session.execute(select(attended.c.reply, func.count()).group_by(attended.c.reply))
    found = {str(reply): int(number) for reply, number in rows}
    silent = session.scalar(select(func.count()).select_from(_silent(event).subquery())) or 0
    return {**{one.value: found.get(one, 0) for one in Reply}, NO_REPLY: silent}


def guests(session: Session, event: EventFacts, wanted: str, page: int) -> list[Guest]:
    """A page of those who replied (so), or were written to and did not; one row more when there is a next page."""
    attended = standing_attendance(event.id)
    statement = _people(event, attended).order_by(Membership.name, Participant.id)
    if wanted == NO_REPLY:
        statement = statement.where(Participant.id.in_(_silent(event)))
    else:
        statement = statement.where(attended.c.reply == wanted if wanted else attended.c.reply.is_not(None))
    return [_guest(row) for row in session.execute(statement.offset(page * PAGE).limit(PAGE + 1))]


def find_members(session: Session, event: EventFacts, wanted: str) -> list[Guest]:
    """Those of the office's people who are found, with their reply."""
    attended = standing_attendance(event.id)
    statement = (
        search(event.office_id, wanted)
        .add_columns(attended.c.reply, attended.c.door, attended.c.at)
        .outerjoin(attended, attended.c.person_id == Participant.id)
    )
    return [_guest(row) for row in session.execute(statement)]


def _people(event: EventFacts, attended: Any) -> Select[Any]:
    member = and_(Membership.participant_id == Participant.id, Membership.office_id == event.office_id)
    return (
        select(Participant.id, Membership.name, Membership.reference, attended.c.reply, attended.c.door, attended.c.at)
        .outerjoin(Membership, member)
        .outerjoin(attended, attended.c.person_id == Participant.id)
        .where(Participant.merged_into.is_(None), Participant.erased_at.is_(None))
    )


def _silent(event: EventFacts) -> Select[int]:
    """Those to whom a mailing about the event left, and who have not replied."""
    attended = standing_attendance(event.id)
    return (
        select(Delivery.participant_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Participant, Participant.id == Delivery.participant_id)
        .where(
            Mailing.process_id == event.process_id,
            event_id_of_mailing() == event.id,
            Delivery.state.in_(LEFT),
            Participant.merged_into.is_(None),
            Participant.erased_at.is_(None),
            Delivery.participant_id.not_in(select(attended.c.person_id)),
        )
        .distinct()
    )


def _guest(row: Any) -> Guest:
    return Guest(row.id, row.name or "", row.reference or "", row.reply or "", row.door or "", row.at)
