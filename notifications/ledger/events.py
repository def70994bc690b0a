"""The event a mailing is about, and to whom it is of no use once they have replied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.merged import all_of, roots_of
from core.people.tables import Audience
from core.process.appointments.who import is_marked
from core.process.came import noted_modes, unnoted_modes
from core.process.came_rule import DID_NOT_COME, HELD, asks_who_is_booked, looks_back_at, means_absent_only
from core.process.event_rule import event_named, names_event
from core.process.events import EventFacts, facts_of
from core.process.replies import Reply
from core.process.rsvp_rule import means_silent_only
from core.process.tables import Attendance, Event, Process
from notifications.ledger.budget import LEFT
from notifications.ledger.states import EVENTS, Kind, Reason
from notifications.ledger.tables import Delivery, Mailing, MailingText
from surveys.responses.tables import Round

RSVP, POLL = "rsvp", "poll"  # the kinds of buttons that ask for a reply and for a vote
APPOINTMENT = "appointment"  # the one that offers times to choose


@dataclass(frozen=True)
class Asked:
    """How a mailing stands to the replies to its event; pure.

    A reminder is of no use to who declined, has no seat yet or let one go, an invitation (`invites`) and what is meant
    for the silent only to who has replied at all. What speaks of the event afterwards (`looks_back`) is of no use when
    it was called off, and what regrets that somebody was missed (`regrets`) to nobody who came after all.
    """

    event_id: int
    reminds: bool = False
    invites: bool = False
    looks_back: bool = False
    regrets: bool = False
    offers: bool = False  # appointments: of no use to who has one

    def skips(self, reply: str, *, came: bool = False, booked: bool = False) -> Reason | None:
        """Why somebody who has replied so ("" for nothing) gets it no more; None when they do."""
        if self.offers and booked:
            return Reason.BOOKED
        if self.regrets and came:
            return Reason.CAME
        if reply == Reply.NO and (self.reminds or self.invites):
            return Reason.DECLINED
        if reply == Reply.WAITING and self.reminds:
            return Reason.WAITING
        if reply == Reply.LAPSED and self.reminds:
            return Reason.LAPSED
        return Reason.ANSWERED if reply and self.invites else None


def event_of(session: Session, mailing: Mailing) -> Event | None:
    """The event a mailing names, else that of its anchor."""
    if mailing.event_id is not None:
        return session.get_one(Event, mailing.event_id)
    slug: Any = (mailing.anchor or {}).get("event")
    if not slug or mailing.process_id is None:
        return None
    return session.scalars(select(Event).where(Event.process_id == mailing.process_id, Event.slug == slug)).first()


def events_of(session: Session, mailing_ids: Sequence[int]) -> dict[int, EventFacts]:
    """`event_of` for many at once: the facts of each mailing's event, by the mailing's number."""
    statement = (
        select(Mailing.id, Event, Process.office_id, Process.time_zone)
        .join(Event, Event.id == event_id_of_mailing())
        .join(Process, Process.id == Event.process_id)
        .where(among(Mailing.id, mailing_ids))
    )
    return {row.id: facts_of(row.Event, row.office_id, row.time_zone) for row in session.execute(statement)}


def hangs_on(session: Session, event_id: int) -> bool:
    """Whether a mailing or a round counts its days from an event, by its short name."""
    event = session.get_one(Event, event_id)
    mine = Mailing.process_id == event.process_id, Round.process_id == event.process_id
    anchors = session.scalars(select(Mailing.anchor).where(mine[0])).all()
    ends = session.scalars(select(Round.hangs_on).where(mine[1])).all()
    moments = [*anchors, *(one for each in ends for one in (each or {}).values())]
    return any(isinstance(one, dict) and one.get("event") == event.slug for one in moments)


def asked_by(session: Session, mailing: Mailing) -> Asked | None:
    """None for a mailing about no event."""
    event = event_of(session, mailing)
    if event is None:
        return None
    reminds = mailing.kind == Kind.REMINDER and mailing.purpose == EVENTS
    invites = mailing.kind == Kind.MAILING and has_rsvp(session, mailing.id)
    rule, process = _rule_of(session, mailing), session.get_one(Process, event.process_id).slug
    is_for_the_silent = rule is not None and means_silent_only(rule, process, event.slug)
    looks_back = any(names_event(name, process, event.slug) for _, name in looks_back_at(rule))
    regrets = means_absent_only(rule, process, event.slug)
    offers = not asks_who_is_booked(rule) and has_button(session, mailing.id, APPOINTMENT)
    return Asked(event.id, reminds, invites or is_for_the_silent, looks_back, regrets, offers)


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


def nobody_noted(session: Session, mailing: Mailing) -> tuple[set[str], bool]:
    """What is not known of who came to the events that a mailing's audience asks of: the modes, and whether nothing is.

    ({}, False) for a mailing that can leave: who came is noted, or its audience does not ask for it.
    """
    modes, nothing = set[str](), False
    for condition, name in looks_back_at(_rule_of(session, mailing)):
        event_id = session.scalar(select(event_named(name, mailing.office_id or 0)))
        if event_id is None:
            continue
        if condition == HELD:
            nothing = nothing or not is_marked(session, event_id)
        elif not noted_modes(session, event_id):
            modes, nothing = modes | set(unnoted_modes(session, event_id)), True
        elif condition == DID_NOT_COME:
            modes |= set(unnoted_modes(session, event_id))
    return modes, nothing


def _rule_of(session: Session, mailing: Mailing) -> Any:
    """The rule of a mailing's audience, or of its round's; None for neither."""
    audience_id = mailing.audience_id
    if audience_id is None and mailing.round_id is not None:
        audience_id = session.get_one(Round, mailing.round_id).audience_id
    audience = session.get(Audience, audience_id) if audience_id is not None else None
    return audience.rule if audience is not None else None
