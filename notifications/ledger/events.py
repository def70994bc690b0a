"""The event a mailing is about, and to whom it is of no use once they have replied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.people.merged import all_of, roots_of
from core.people.tables import Audience
from core.process.replies import Reply
from core.process.rsvp_rule import means_silent_only
from core.process.tables import Attendance, Event
from notifications.ledger.budget import LEFT
from notifications.ledger.states import EVENTS, Kind, Reason
from notifications.ledger.tables import Delivery, Mailing, MailingText

RSVP, POLL = "rsvp", "poll"  # the kinds of buttons that ask for a reply and for a vote


@dataclass(frozen=True)
class Asked:
    """How a mailing stands to the replies to its event; pure.

    A reminder is of no use to who declined or has no seat yet, an invitation (`invites`) and what is meant for the
    silent only to who has replied at all.
    """

    event_id: int
    reminds: bool = False
    invites: bool = False

    def skips(self, reply: str) -> Reason | None:
        """Why somebody who has replied so ("" for nothing) gets it no more; None when they do."""
        if reply == Reply.NO and (self.reminds or self.invites):
            return Reason.DECLINED
        if reply == Reply.WAITING and self.reminds:
            return Reason.WAITING
        return Reason.ANSWERED if reply and self.invites else None


def event_of(session: Session, mailing: Mailing) -> Event | None:
    """The event a mailing names, else that of its anchor."""
    if mailing.event_id is not None:
        return session.get_one(Event, mailing.event_id)
    slug: Any = (mailing.anchor or {}).get("event")
    if not slug or mailing.process_id is None:
        return None
    return session.scalars(select(Event).where(Event.process_id == mailing.process_id, Event.slug == slug)).first()


def asked_by(session: Session, mailing: Mailing) -> Asked | None:
    """None for a mailing about no event."""
    event = event_of(session, mailing)
    if event is None:
        return None
    reminds = mailing.kind == Kind.REMINDER and mailing.purpose == EVENTS
    invites = mailing.kind == Kind.MAILING and has_rsvp(session, mailing.id)
    return Asked(event.id, reminds, invites or _is_for_the_silent(session, mailing, event))


def has_rsvp(session: Session, mailing_id: int) -> bool:
    """Whether a mailing's texts ask for a reply."""
    return has_button(session, mailing_id, RSVP)


def has_button(session: Session, mailing_id: int, kind: str) -> bool:
    """Whether a mailing's texts have a button of a kind."""
    buttons = session.scalars(select(MailingText.buttons).where(MailingText.mailing_id == mailing_id))
    return any(button.get("kind") == kind for each in buttons for button in each or ())


def was_told_of(session: Session, event_id: int, participant_id: int) -> bool:
    """Whether a mailing about an event left for somebody, or for whom was merged into them."""
    mine = Delivery.participant_id.in_(all_of(session, participant_id)), Delivery.state.in_(LEFT)
    about = select(Delivery.id).join(Mailing, Mailing.id == Delivery.mailing_id)
    return session.scalar(about.where(*mine, event_id_of_mailing() == event_id).limit(1)) is not None


def event_id_of_mailing() -> ColumnElement[int]:
    """`event_of` in a statement that selects from Mailing."""
    by_anchor = select(Event.id).where(
        Event.process_id == Mailing.process_id, Event.slug == Mailing.anchor["event"].as_string()
    )
    return func.coalesce(Mailing.event_id, by_anchor.correlate(Mailing).scalar_subquery())


def replies_to(session: Session, event_id: int, participant_ids: Iterable[int]) -> dict[int, str]:
    """What those who have replied to an event said; of people merged into somebody the earliest reply stands."""
    roots = roots_of(session, participant_ids)
    replies = (
        select(Attendance.participant_id, Attendance.reply)
        .where(Attendance.event_id == event_id, Attendance.participant_id.in_(list(roots)))
        .order_by(Attendance.first_at, Attendance.id)
    )
    said: dict[int, str] = {}
    for row in session.execute(replies):
        said.setdefault(roots[row.participant_id], row.reply)
    return said


def _is_for_the_silent(session: Session, mailing: Mailing, event: Event) -> bool:
    audience = session.get(Audience, mailing.audience_id) if mailing.audience_id is not None else None
    return audience is not None and means_silent_only(audience.rule, event.slug)
