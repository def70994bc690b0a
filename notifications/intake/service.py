"""Takes one mail in: what it is, which delivery it belongs to, what follows; one transaction.

Bounces, complaints and answers act only with the signed address of their delivery. Everything else that a
person should see goes to staff; what programs write by themselves goes nowhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.inbound import first_time
from core.links import Purpose
from core.people.tables import Address
from notifications.intake.addresses import ReturnAddresses, Signed
from notifications.intake.bounces import complain, note_bounce
from notifications.intake.classify import classify_letter
from notifications.intake.kinds import Classified, Kind
from notifications.intake.letter import Letter, read_letter
from notifications.intake.replies import own_answer
from notifications.intake.states import MailState
from notifications.intake.tables import IncomingMail
from notifications.ledger.tables import Delivery, Mailing

DOOR = "mail"
# Where the address stands that a mail came to; by its signature it does not matter who wrote the header.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc", "X-Failed-Recipients")
RETURNED = ("Return-Path", "Reply-To", "Sender", "From")
LONGEST_LINE = 300


@dataclass(frozen=True)
class Taken:
    """What became of a mail; None in its place when it had been taken before."""

    kind: Kind
    state: MailState
    delivery_id: int | None


def take_in(session: Session, raw: bytes, returns: ReturnAddresses, now: datetime) -> Taken | None:
    """Acts on a mail once, however often it is fetched; raises LetterTooLarge."""
    letter = read_letter(raw)
    if not first_time(session, DOOR, hashlib.sha256(raw).hexdigest(), now):
        return None
    found = classify_letter(letter)
    delivery = _delivery(session, letter, found, returns)
    written_to = delivery.address_id if delivery is not None else None
    state = _act(session, found, delivery, now)
    _keep(session, (letter, found, state), (delivery, written_to), now)
    return Taken(found.kind, state, delivery.id if delivery else None)


def _delivery(session: Session, letter: Letter, found: Classified, returns: ReturnAddresses) -> Delivery | None:
    signed = _signed(letter, found, returns)
    wanted = Purpose.BOUNCE if found.kind is Kind.BOUNCE else None
    if signed is None or (wanted is not None and signed.purpose is not wanted):
        return None
    return session.get(Delivery, signed.delivery_id)


def _signed(letter: Letter, found: Classified, returns: ReturnAddresses) -> Signed | None:
    signed = returns.find(" ".join(letter.headers(*ADDRESSED)))
    if signed is None and found.kind is Kind.COMPLAINT and letter.returned is not None:
        # A complaint comes from the provider; that it holds our mail shows that it is about it.
        signed = returns.find(" ".join(str(letter.returned.get(name, "")) for name in RETURNED))
    return signed


def _act(session: Session, found: Classified, delivery: Delivery | None, now: datetime) -> MailState:
    match found.kind:
        case Kind.AUTO_REPLY | Kind.CHALLENGE:
            return MailState.IGNORED
        case Kind.BOUNCE if delivery is not None:
            return MailState.ACTED if note_bounce(session, delivery, found.recipients, now) else MailState.IGNORED
        case Kind.COMPLAINT if delivery is not None:
            complain(session, delivery, now)
            return MailState.ACTED
    return MailState.FOR_STAFF


def _keep(
    session: Session,
    taken: tuple[Letter, Classified, MailState],
    about: tuple[Delivery | None, int | None],
    now: datetime,
) -> None:
    delivery, address_id = about
    letter, found, state = taken
    mailing = session.get(Mailing, delivery.mailing_id) if delivery is not None else None
    written_to = session.get(Address, address_id) if address_id is not None else None
    worst = max(found.recipients, key=lambda one: (one.is_final, one.is_hard), default=None)
    for_staff = state is MailState.FOR_STAFF
    session.execute(
        insert(IncomingMail).values(
            received_at=now,
            kind=found.kind.value,
            state=state.value,
            delivery_id=delivery.id if delivery else None,
            office_id=mailing.office_id if mailing else None,
            participant_id=delivery.participant_id if delivery else None,
            address=written_to.value if written_to else worst.address[:LONGEST_LINE] if worst else "",
            reason=worst.fate.value if worst else found.feedback[:LONGEST_LINE],
            is_hard=bool(worst and worst.is_hard and worst.is_final),
            sender=letter.header("From")[:LONGEST_LINE] if for_staff else "",
            subject=letter.header("Subject")[:LONGEST_LINE] if for_staff else "",
            words=own_answer(letter.text) if for_staff else "",
        )
    )
