"""What the console reads of replies to an event: counts, and people with what they replied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union
from sqlalchemy.orm import Session

from core.people.tables import Membership, Organisation, Participant
from core.process.events import EventFacts
from core.process.replies import MODES, NO_REPLY, Reply
from core.process.standing import standing_attendance
from notifications.ledger.budget import LEFT
from notifications.ledger.events import event_id_of_mailing
from notifications.ledger.tables import Delivery, Mailing
from notifications.ledger.undecided import invited_by_notice
from web.console.people import search
from web.console.store import PAGE

TOLD = ("reply", "door", "at", "companions", "substitute", "needs", "waits_for", "waiting_since", "offered_until")


@dataclass(frozen=True)
class Guest:
    """Somebody with their reply, "" where there is none."""

    participant_id: int
    name: str
    reference: str
    reply: str
    door: str
    at: datetime | None
    companions: int = 0
    substitute: str = ""
    needs: str = ""
    waits_for: str = ""
    waiting_since: datetime | None = None
    offered_until: datetime | None = None
    organisation: str = ""


@dataclass(frozen=True)
class Heads:
    """How many people come in a mode, those brought along among them; `waiting` and `offered` are seats wanted."""

    mode: str
    people: int
    companions: int
    waiting: int
    offered: int
    seats: int | None


def counts(session: Session, event: EventFacts) -> dict[str, int]:
    """How many gave each reply, how many wait, and how many of those written to about the event gave none."""
    attended = standing_attendance(event.id)
    rows = session.execute(select(attended.c.reply, func.count()).group_by(attended.c.reply))
    found = {str(reply): int(number) for reply, number in rows}
    waiting = session.scalar(select(func.count()).select_from(attended).where(attended.c.waits_for != "")) or 0
    silent = session.scalar(select(func.count()).select_from(_silent(event).subquery())) or 0
    said = {one.value: found.get(one, 0) for one in Reply}
    return {**said, Reply.WAITING.value: waiting, NO_REPLY: silent}


def heads(session: Session, event: EventFacts, seats: dict[str, int | None]) -> list[Heads]:
    """By mode, with the seats that may be given."""
    attended = standing_attendance(event.id)

    def total(which: ColumnElement[bool]) -> Any:
        summed = select(func.count(), func.coalesce(func.sum(attended.c.companions), 0)).select_from(attended)
        return session.execute(summed.where(which)).one()

    found = []
    for mode in MODES:
        if mode not in event.modes:
            continue
        people, along = total(attended.c.reply == mode)
        waits = attended.c.waits_for == mode
        waiting, more = total(and_(waits, attended.c.offered_until.is_(None)))
        offered, brought = total(and_(waits, attended.c.offered_until.is_not(None)))
        found.append(Heads(mode, people + along, along, waiting + more, offered + brought, seats.get(mode)))
    return found


def guests(session: Session, event: EventFacts, wanted: str, page: int) -> list[Guest]:
    """A page of those who replied (so), or were written to and did not; one row more when there is a next page."""
    statement = _listed(event, wanted)
    return [_guest(row) for row in session.execute(statement.offset(page * PAGE).limit(PAGE + 1))]


def every_guest(session: Session, event: EventFacts, wanted: str) -> Iterator[Guest]:
    """All of them, read as they are used."""
    for row in session.execute(_listed(event, wanted).execution_options(yield_per=500)):
        yield _guest(row)


def one_guest(session: Session, event: EventFacts, participant_id: int) -> Guest | None:
    """One of the office's people with their reply; None for somebody the office does not know."""
    attended = standing_attendance(event.id)
    row = session.execute(
        _people(event, attended).where(
            Participant.id == participant_id, Membership.id.is_not(None), Membership.left_at.is_(None)
        )
    ).one_or_none()
    return _guest(row) if row is not None else None


def find_members(session: Session, event: EventFacts, wanted: str) -> list[Guest]:
    """Those of the office's people who are found, with their reply."""
    attended = standing_attendance(event.id)
    statement = (
        search(event.office_id, wanted)
        .add_columns(*(attended.c[name] for name in TOLD), Organisation.name.label("organisation"))
        .outerjoin(attended, attended.c.person_id == Participant.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    )
    return [_guest(row) for row in session.execute(statement)]


def _listed(event: EventFacts, wanted: str) -> Select[Any]:
    """Those who wait stand in the order of their line, all others in that of their names."""
    attended = standing_attendance(event.id)
    statement = _people(event, attended)
    if wanted == Reply.WAITING:
        order = (attended.c.waits_for, attended.c.waiting_since, attended.c.id)
        return statement.where(attended.c.waits_for != "").order_by(*order)
    statement = statement.order_by(Membership.name, Participant.id)
    if wanted == NO_REPLY:
        return statement.where(Participant.id.in_(_silent(event)))
    return statement.where(attended.c.reply == wanted if wanted else attended.c.reply.is_not(None))


def _people(event: EventFacts, attended: Any) -> Select[Any]:
    member = and_(Membership.participant_id == Participant.id, Membership.office_id == event.office_id)
    told = [attended.c[name] for name in TOLD]
    return (
        select(Participant.id, Membership.name, Membership.reference, *told, Organisation.name.label("organisation"))
        .outerjoin(Membership, member)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(attended, attended.c.person_id == Participant.id)
        .where(Participant.merged_into.is_(None), Participant.erased_at.is_(None))
    )


def _silent(event: EventFacts) -> Select[int]:
    """Those to whom a mailing about the event left, or a notice that asks whether they come, without a reply."""
    attended = standing_attendance(event.id)
    said = select(attended.c.person_id)
    by_notice = invited_by_notice(event.id).subquery()
    asked = select(by_notice.c[0]).where(by_notice.c[0].not_in(said))
    written_to = (
        select(Delivery.participant_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Participant, Participant.id == Delivery.participant_id)
        .where(
            Mailing.process_id == event.process_id,
            event_id_of_mailing() == event.id,
            Delivery.state.in_(LEFT),
            Participant.merged_into.is_(None),
            Participant.erased_at.is_(None),
            Delivery.participant_id.not_in(said),
        )
    )
    together = union(written_to, asked).subquery()
    return select(together.c[0])


def _guest(row: Any) -> Guest:
    return Guest(
        participant_id=row.id,
        name=row.name or "",
        reference=row.reference or "",
        reply=row.reply or "",
        door=row.door or "",
        at=row.at,
        companions=row.companions or 0,
        substitute=row.substitute or "",
        needs=row.needs or "",
        waits_for=row.waits_for or "",
        waiting_since=row.waiting_since,
        offered_until=row.offered_until,
        organisation=row.organisation or "",
    )
