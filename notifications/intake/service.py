"""Takes one mail in: what it is, which delivery it belongs to, what follows; one transaction.

Bounces, complaints and answers act only with the signed address of their delivery. Everything else that a
person should see goes to staff; what programs write by themselves goes nowhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.inbound import first_time
from core.links import Purpose
from core.people.tables import Address
from notifications.intake.addresses import ReturnAddresses, Signed
from notifications.intake.attending import take_reply
from notifications.intake.bounces import complain, note_bounce
from notifications.intake.calendar_reply import take_calendar_answer, told_of
from notifications.intake.classify import classify_letter
from notifications.intake.itip import CalendarAnswer, read_calendar
from notifications.intake.kinds import Classified, Kind
from notifications.intake.letter import Letter, read_letter
from notifications.intake.questions import tell_staff
from notifications.intake.replies import own_answer
from notifications.intake.states import MailState
from notifications.intake.tables import VOTE, IncomingMail
from notifications.intake.uncounted import Mailed
from notifications.intake.understanding import says_only_that
from notifications.intake.voting import Answer, Heard, answer_line, take_vote
from notifications.ledger.tables import Delivery, Mailing

DOOR = "mail"
FOR_ANSWERS = frozenset({Purpose.REPLY, Purpose.ORGANIZER})
# Where the address stands that a mail came to; by its signature it does not matter who wrote the header.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
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
    key = hashlib.sha256(raw).hexdigest()
    if not first_time(session, DOOR, key, now):
        return None
    found = classify_letter(letter)
    signed = _signed(letter, found, returns)
    calendar = read_calendar(letter)
    delivery = _delivery(session, found, signed, calendar)
    about = _about(session, delivery)  # before anything acts: a bounce may send the delivery to another address
    state, heard = _act(session, found, delivery, now), Heard(Answer.NO_VOTE)
    if state is MailState.FOR_STAFF and _answers(found, signed) and delivery is not None:
        mail = Mailed(delivery, letter.text, key, returns.links)
        if calendar is not None:
            state = _by_calendar(calendar) if take_calendar_answer(session, delivery, calendar, key, now) else state
        elif (heard := take_vote(session, mail, now)).answer is not Answer.NO_VOTE:
            secretly = MailState.NOTED if heard.beside else MailState.ACTED
            voted = {Answer.COUNTED: _replied(letter), Answer.NOT_BY_MAIL: secretly, Answer.UNCLEAR: state}
            state = voted.get(heard.answer, MailState.NOTED)
        elif take_reply(session, delivery, letter.text, key, now):
            state = _replied(letter)
        else:
            heard = answer_line(session, mail, now)
    written = {"received_at": now, "kind": found.kind.value, "state": state.value}
    words = _words(letter, calendar) if state in {MailState.FOR_STAFF, MailState.NOTED} else {}
    if heard.answer is Answer.NOT_BY_MAIL and words:  # what it chooses stands in none of them
        words |= {"subject": "", "words": heard.beside}
    row = written | _told(found) | about | words
    if heard.answer in {Answer.COUNTED, Answer.NOT_COUNTED}:
        row["reason"] = VOTE
    mail_id: int = session.execute(insert(IncomingMail).values(row).returning(IncomingMail.id)).scalar_one()
    if state is MailState.FOR_STAFF and found.kind is Kind.NONE and about.get("office_id") is not None:
        tell_staff(session, mail_id, about["office_id"], now)
    return Taken(found.kind, state, delivery.id if delivery else None)


def _answers(found: Classified, signed: Signed | None) -> bool:
    """Whether somebody wrote to the address for answers of one delivery, or of their calendar about one event."""
    return found.kind is Kind.NONE and signed is not None and signed.purpose in FOR_ANSWERS


def _replied(letter: Letter) -> MailState:
    """What is kept of a mail that counted as a reply: its words where they are more than that."""
    return MailState.ACTED if says_only_that(own_answer(letter.text)) else MailState.NOTED


def _delivery(
    session: Session, found: Classified, signed: Signed | None, calendar: CalendarAnswer | None
) -> Delivery | None:
    wanted = Purpose.BOUNCE if found.kind is Kind.BOUNCE else None
    if signed is None or (wanted is not None and signed.purpose is not wanted):
        return None
    if signed.purpose is Purpose.ORGANIZER:
        return told_of(session, signed.event_id, signed.participant_id, calendar.address if calendar else "")
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


def _about(session: Session, delivery: Delivery | None) -> dict[str, Any]:
    """Whom a mail with a signed address is about."""
    if delivery is None:
        return {}
    address = session.get(Address, delivery.address_id) if delivery.address_id is not None else None
    about = {
        "delivery_id": delivery.id,
        "office_id": session.get_one(Mailing, delivery.mailing_id).office_id,
        "participant_id": delivery.participant_id,
    }
    return about | ({"address": address.value} if address is not None else {})


def _told(found: Classified) -> dict[str, Any]:
    """What a bounce or a complaint says: the worst of it."""
    worst = max(found.recipients, key=lambda one: (one.is_final, one.is_hard), default=None)
    if worst is None:
        return {"reason": found.feedback[:LONGEST_LINE]}
    is_hard = worst.is_hard and worst.is_final
    return {"address": worst.address[:LONGEST_LINE], "reason": worst.fate.value, "is_hard": is_hard}


def _by_calendar(calendar: CalendarAnswer) -> MailState:
    """What programs write around an answer says no more than it does; what the person wrote stands in the calendar."""
    return MailState.NOTED if calendar.comment else MailState.ACTED


def _words(letter: Letter, calendar: CalendarAnswer | None) -> dict[str, Any]:
    words = [own_answer(letter.text), calendar.comment if calendar is not None else ""]
    return {
        "sender": letter.header("From")[:LONGEST_LINE],
        "subject": letter.header("Subject")[:LONGEST_LINE],
        "words": "\n\n".join(one for one in words if one),
    }
