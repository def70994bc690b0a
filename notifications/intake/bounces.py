"""What a bounce or a complaint does to its delivery and to its address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.people.channels import EMAIL, TELEGRAM
from core.people.preferences import unsubscribe
from core.people.suppression import suppress
from core.people.tables import Address
from core.webhooks.kinds import Kind as Event
from notifications.intake.kinds import Kind, Recipient
from notifications.intake.states import MailState
from notifications.intake.tables import IncomingMail
from notifications.ledger.candidates import other_address
from notifications.ledger.happenings import emit_deliveries
from notifications.ledger.outcomes import note_attempts
from notifications.ledger.queue import reroute_bounced
from notifications.ledger.states import DeliveryState
from notifications.ledger.states import Kind as MailingKind
from notifications.ledger.tables import Delivery, Mailing

log = structlog.get_logger()

SOFT_BOUNCES = 5  # of so many mails in so many days the address is not written to any more
SOFT_DAYS = timedelta(days=60)
MAY_BOUNCE = (DeliveryState.SENT, DeliveryState.HANDED_OVER, DeliveryState.IN_DOUBT)
REPEATED = "bounce:repeated"
COMPLAINT = "complaint"
OUTCOME = "Bounced"


def note_bounce(session: Session, delivery: Delivery, recipients: Sequence[Recipient], now: datetime) -> bool:
    """Marks a delivery as bounced and lets it go by the person's chat if there is one; False when nothing changed.

    An address that will never work is not written to again by any office; one that failed for a while
    only after several mails.
    """
    address = session.get(Address, delivery.address_id) if delivery.address_id is not None else None
    told = _about(recipients, address.value if address is not None else "")
    if told is None or delivery.channel != EMAIL or not _mark(session, delivery, told, now):
        return False
    emit_deliveries(session, Event.BOUNCED, [delivery.id], now, reason=told.fate.value, hard=told.is_hard)
    if address is not None:
        if told.is_hard:
            suppress(session, EMAIL, address.value, f"bounce:{told.fate}", now)
        elif _bounced_softly(session, address.value, now) + 1 >= SOFT_BOUNCES:
            suppress(session, EMAIL, address.value, REPEATED, now)
    _fall_back(session, delivery, now)
    log.info("delivery bounced", delivery=delivery.id, reason=told.fate.value, hard=told.is_hard)
    return True


def complain(session: Session, delivery: Delivery, now: datetime) -> None:
    """Whoever called our mail unwanted gets none from that office any more, and none at that address."""
    mailing = session.get_one(Mailing, delivery.mailing_id)
    address = session.get(Address, delivery.address_id) if delivery.address_id is not None else None
    if address is not None and address.channel == EMAIL:
        suppress(session, EMAIL, address.value, COMPLAINT, now)
    # A notice answers what somebody did, perhaps in another's name: its participant may be nobody an office knows.
    if mailing.office_id is not None and mailing.kind != MailingKind.NOTICE:
        unsubscribe(session, delivery.participant_id, mailing.office_id, None, f"{COMPLAINT}:{delivery.id}", now)


def _about(recipients: Sequence[Recipient], address: str) -> Recipient | None:
    """What counts: its word on our address, else (the mail was passed on) the worst; None while it is being tried."""
    final = [one for one in recipients if one.is_final]
    mine = [one for one in final if one.address == address] or final
    return max(mine, key=lambda one: one.is_hard, default=None)


def _mark(session: Session, delivery: Delivery, told: Recipient, now: datetime) -> bool:
    number = session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.channel == EMAIL, Delivery.state.in_(MAY_BOUNCE))
        .values(state=DeliveryState.BOUNCED, reason=told.fate.value, settled_at=now, claimed_until=None)
        .returning(Delivery.attempts),
        execution_options={"synchronize_session": False},
    )
    if number is None:
        return False
    attempt = {"delivery_id": delivery.id, "number": number, "channel": EMAIL, "at": now, "outcome": OUTCOME}
    note_attempts(session, [attempt | {"detail": f"{told.status} {told.fate}".strip()}])
    return True


def _bounced_softly(session: Session, address: str, now: datetime) -> int:
    """How many other mails to an address came back for a reason that may pass."""
    statement = select(func.count(func.distinct(IncomingMail.delivery_id))).where(
        IncomingMail.kind == Kind.BOUNCE,
        IncomingMail.state == MailState.ACTED,
        IncomingMail.address == address,
        IncomingMail.is_hard.is_(False),
        IncomingMail.received_at > now - SOFT_DAYS,
    )
    return session.scalar(statement) or 0


def _fall_back(session: Session, delivery: Delivery, now: datetime) -> None:
    """By the other channel if the person has one that was not tried; judged anew when it is sent."""
    address_id = other_address(session, delivery.id, TELEGRAM)
    if address_id is not None:
        reroute_bounced(session, delivery.id, TELEGRAM, address_id, now)
