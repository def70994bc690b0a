"""An answer to an invitation's mail that is a reply: kept, and confirmed by a notice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import translator
from core.notices import News, tell
from core.people.channels import EMAIL
from core.people.store import remaining
from core.people.tables import Participant
from core.process.attendance import Given, Kept, reply, stop_waiting
from core.process.events import EventFacts, load_event
from core.process.replies import STANDS, Door, Reply
from core.process.seating import place_in_line
from core.process.standing import standing
from core.process.waiting import LAPSED, OFFERED
from notifications.intake.replies import own_answer
from notifications.intake.understanding import understand
from notifications.ledger.events import event_of, has_rsvp
from notifications.ledger.states import Kind
from notifications.ledger.tables import Delivery, Mailing, Occurrence

CONFIRMED, WAITS = "rsvp-kept", "rsvp-waiting"
OURS = {
    f"notice-{kind}": kind for kind in (CONFIRMED, WAITS, OFFERED, LAPSED, "substitute-invited")
}  # notices that ask for a reply
BY_MAIL = frozenset({Door.MAIL, Door.CALENDAR})  # doors behind which a program may answer by itself


def take_reply(session: Session, delivery: Delivery, words: str, key: str, now: datetime) -> bool:
    """Whether a mail's words were a clear reply that could be kept; everything else is for staff.

    `key` is the mail's own: it is confirmed once.
    """
    asked = _asked(session, delivery)
    meant = understand(own_answer(words), asked.replies) if asked is not None else None
    if asked is None or meant is None:
        return False
    event = asked.event
    person = remaining(session, delivery.participant_id)
    try:
        kept = (
            _leave(session, event.id, person, now)
            if asked.is_offer and meant == Reply.NO
            else reply(session, Given(event.id, person, meant, Door.MAIL, invited=True), now)
        )
    except Problem:  # too late, called off, not offered any more: somebody should write back
        return False
    if kept is None:
        return False
    is_new = kept.changed or kept.waits_for != kept.waited_for
    if is_new or kept.door_before not in BY_MAIL:  # what answers a confirmation by itself gets no second one
        confirm(session, delivery, event, kept, (key, now))
    return True


def _leave(session: Session, event_id: int, person: int, now: datetime) -> Kept | None:
    """Gives an offered seat to the next one; a seat in the other mode stays. None for who waits no more."""
    before = standing(session, event_id, person)
    if before is None or not stop_waiting(session, event_id, person, now):
        return None
    after = standing(session, event_id, person)
    return Kept(before.id, before.reply, after.reply, before.door, waited_for=before.waits_for, written=True)


def forget_confirmations(session: Session, participant_ids: Sequence[int]) -> None:
    """Takes the replies out of the confirmations that these participants were sent."""
    sent = (
        select(Delivery.occurrence_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Delivery.participant_id.in_(participant_ids), Mailing.slug.in_(OURS), Mailing.kind == Kind.NOTICE)
    )
    session.execute(update(Occurrence).where(Occurrence.id.in_(sent)).values(values={}))


@dataclass(frozen=True)
class _Asked:
    """An event and what can be replied; to an offered seat yes, which means its mode, or no, which leaves it."""

    event: EventFacts
    replies: tuple[Reply, ...]
    is_offer: bool = False


def _asked(session: Session, delivery: Delivery) -> _Asked | None:
    """The event whose invitation, or a notice about it, a mail answers."""
    mailing = session.get_one(Mailing, delivery.mailing_id)
    if mailing.kind == Kind.NOTICE:
        values = session.get_one(Occurrence, delivery.occurrence_id).values
        if OURS.get(mailing.slug) is None or "event_id" not in values:
            return None
        about = load_event(session, int(values["event_id"]))
        if OURS[mailing.slug] == OFFERED:
            return _Asked(about, (Reply(values["mode"]), Reply.NO), is_offer=True)
        return _Asked(about, about.replies)
    event = event_of(session, mailing)
    if event is None or not has_rsvp(session, mailing.id):
        return None
    facts = load_event(session, event.id)
    return _Asked(facts, facts.replies)


def confirm(session: Session, delivery: Delivery, event: EventFacts, kept: Kept, mail: tuple[str, datetime]) -> None:
    """Leaves a notice of what was kept of a mail; `mail` is its key and the present instant."""
    key, now = mail
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    kind, person, values = _noted(session, delivery.participant_id, event, kept)
    tell(session, News(kind, f"{delivery.id}:{digest}", person, EMAIL, event.office_id, values), now)


def confirm_entered(session: Session, participant_id: int, event: EventFacts, kept: Kept, now: datetime) -> None:
    """Tells somebody, where they can be written to, what the office noted for them; what stood before is not told."""
    if now >= event.starts_at or not (kept.changed or kept.waits_for != kept.waited_for):
        return
    kind, person, values = _noted(session, participant_id, event, kept)
    key = f"entered:{kept.attendance_id}:{now.isoformat()}"
    tell(session, News(kind, key, person, office_id=event.office_id, values=values), now)


def _noted(session: Session, participant_id: int, event: EventFacts, kept: Kept) -> tuple[str, int, dict[str, Any]]:
    """The notice's kind, whom it is for and its values."""
    person = session.get_one(Participant, remaining(session, participant_id))
    t = translator(person.language)
    values: dict[str, Any] = {"event_id": event.id}  # its words are those of the moment at which the notice leaves
    if kept.waits_for and not kept.is_offered:
        place = place_in_line(session, event.id, kept.attendance_id)
        kind, more = WAITS, {"mode": kept.waits_for, "place": str(place)}
    else:
        kind, more = CONFIRMED, {"reply": t(STANDS[Reply(kept.reply)])}
    return kind, person.id, values | more
