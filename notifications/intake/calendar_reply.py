"""An answer of somebody's calendar to an invitation: kept as a reply of theirs, and confirmed once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.people.channels import EMAIL
from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Address
from core.process.attendance import Given, reply
from core.process.events import EventFacts, load_event
from core.process.replies import MODES, Door, Reply
from core.process.standing import standing
from notifications.content.email import routable_address
from notifications.intake.attending import BY_MAIL, confirm
from notifications.intake.itip import CalendarAnswer
from notifications.ledger.events import event_of
from notifications.ledger.states import Kind
from notifications.ledger.tables import Delivery, Mailing, Occurrence


def take_calendar_answer(session: Session, delivery: Delivery, answer: CalendarAnswer, key: str, now: datetime) -> bool:
    """Whether the answer could be kept; everything else is for staff.

    It speaks of the event of its delivery, for the person it was sent to, whatever the calendar has of it: the
    sequence of an answer may be that of an invitation which has changed since.
    """
    event = _told(session, delivery)
    person = remaining(session, delivery.participant_id)
    if event is None or answer.event_id != event.id or remaining(session, answer.participant_id) != person:
        return False
    if not _is_theirs(session, delivery, answer.address):
        return False
    meant = _mode(session, event, person) if answer.said == "yes" else answer.said
    if not meant:
        return False
    try:
        kept = reply(session, Given(event.id, person, meant, Door.CALENDAR, invited=True), now)
    except Problem:  # too late, called off, registration closed: somebody should write back
        return False
    if kept.changed or kept.door_before not in BY_MAIL:  # what accepts every invitation by itself is confirmed once
        confirm(session, delivery, event, kept, (key, now))
    return True


def told_of(session: Session, event_id: int, participant_id: int, address: str) -> Delivery | None:
    """The newest mail about an event that somebody got, at the address that answers where there is one."""
    people = all_of(session, remaining(session, participant_id))
    mails = (
        select(Delivery, Mailing, Occurrence.values)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .where(Delivery.participant_id.in_(people), Delivery.channel == EMAIL, Delivery.handed_over_at.is_not(None))
        .order_by(Delivery.handed_over_at.desc(), Delivery.id.desc())
    )
    about = [row.Delivery for row in session.execute(mails) if _event_id(session, row.Mailing, row.values) == event_id]
    theirs = (one for one in about if _is_theirs(session, one, address))
    return next(theirs, about[0] if about else None)


def _event_id(session: Session, mailing: Mailing, values: Mapping[str, Any] | None) -> int:
    """The event that a mailing or a notice is about, 0 for none."""
    if mailing.kind == Kind.NOTICE:
        return int((values or {}).get("event_id", 0))
    event = event_of(session, mailing)
    return event.id if event is not None else 0


def _is_theirs(session: Session, delivery: Delivery, address: str) -> bool:
    """Whether who answers has the address that the delivery went to."""
    sent = session.get(Address, delivery.address_id) if delivery.address_id is not None else None
    return sent is not None and address in {sent.value.casefold(), routable_address(sent.value).casefold()}


def _told(session: Session, delivery: Delivery) -> EventFacts | None:
    """The event that a delivery brought for the calendar."""
    mailing = session.get_one(Mailing, delivery.mailing_id)
    if mailing.kind == Kind.NOTICE:
        values = session.get_one(Occurrence, delivery.occurrence_id).values or {}
        return load_event(session, int(values["event_id"])) if "event_id" in values else None
    event = event_of(session, mailing)
    return load_event(session, event.id) if event is not None else None


def _mode(session: Session, event: EventFacts, person: int) -> str:
    """How somebody comes who says no more than yes: as offered, else as said before or waited for, else in person."""
    before = standing(session, event.id, person)
    said: tuple[str, ...] = (before.reply, before.waits_for) if before is not None else ()
    if before is not None and before.offered_until is not None:  # what is offered just now is what they accept
        said = (before.waits_for, before.reply)
    modes = [mode for mode in (*said, *MODES) if mode in event.modes]
    return Reply(modes[0]).value if modes else ""
