"""What the ledger tells: counts of a mailing, who is missing and why, what is in doubt, the plan ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from core.people.tables import Membership
from notifications.ledger.results import tells_of_a_draft
from notifications.ledger.states import DeliveryState, Kind, MailingState, OccurrenceState
from notifications.ledger.tables import IS_IN_DOUBT, Delivery, Mailing, Occurrence

MISSING = (DeliveryState.SKIPPED, DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.IN_DOUBT)


@dataclass(frozen=True)
class Count:
    """How many deliveries of a mailing share state, channel and reason."""

    state: str
    channel: str
    reason: str
    people: int


@dataclass(frozen=True)
class Undelivered:
    """Somebody who was to get a mailing and did not, or may not have."""

    delivery_id: int
    participant_id: int
    name: str
    state: str
    reason: str
    channel: str
    attempts: int
    at: datetime | None  # when it was last handed over


@dataclass(frozen=True)
class Upcoming:
    """An occurrence that has not been planned yet; `late` when its time has passed."""

    occurrence_id: int
    mailing_id: int
    slug: str
    kind: str
    mailing_state: str
    state: str
    reason: str
    due_local: str
    time_zone: str
    due_at: datetime
    late: bool


def counts(session: Session, mailing_id: int, occurrence_id: int | None = None) -> list[Count]:
    """What became of a mailing (or of one occurrence of it), by state, channel and reason."""
    key = (Delivery.state, Delivery.channel, Delivery.reason)
    which = and_(
        Delivery.mailing_id == mailing_id, or_(literal(occurrence_id is None), Delivery.occurrence_id == occurrence_id)
    )
    statement = select(*key, func.count().label("people")).where(which).group_by(*key).order_by(*key)
    return [Count(row.state, row.channel, row.reason, row.people) for row in session.execute(statement)]


def missing(session: Session, mailing_id: int, limit: int = 1000, after: int = 0) -> list[Undelivered]:
    """Who did not get a mailing, or may not have, by delivery id from `after` on."""
    return _undelivered(session, and_(Delivery.mailing_id == mailing_id, Delivery.state.in_(MISSING)), limit, after)


def in_doubt(session: Session, office_id: int | None = None, limit: int = 1000, after: int = 0) -> list[Undelivered]:
    """Deliveries whose outcome nobody knows; staff decide (release.settle_doubt)."""
    office = or_(literal(office_id is None), Mailing.office_id == office_id)
    return _undelivered(session, and_(IS_IN_DOUBT, office), limit, after)


def _undelivered(session: Session, which: ColumnElement[bool], limit: int, after: int) -> list[Undelivered]:
    member = and_(Membership.participant_id == Delivery.participant_id, Membership.office_id == Mailing.office_id)
    statement = (
        select(
            Delivery.id,
            Delivery.participant_id,
            Membership.name,
            Delivery.state,
            Delivery.reason,
            Delivery.channel,
            Delivery.attempts,
            Delivery.handed_over_at,
        )
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .outerjoin(Membership, member)
        .where(which, Delivery.id > after)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return [
        Undelivered(r.id, r.participant_id, r.name or "", r.state, r.reason, r.channel, r.attempts, r.handed_over_at)
        for r in session.execute(statement)
    ]


def upcoming(
    session: Session, now: datetime, within: timedelta = timedelta(weeks=8), office_id: int | None = None
) -> list[Upcoming]:
    """What is due in the coming weeks, with what is late, asked about or held back; in the order of time.

    What was stopped will not leave, nor the result of a poll that was never opened.
    """
    statement = (
        select(Occurrence, Mailing)
        .join(Mailing, Mailing.id == Occurrence.mailing_id)
        .where(
            Mailing.kind != Kind.NOTICE,
            Mailing.state != MailingState.CANCELLED,
            Occurrence.state.in_([OccurrenceState.DUE, OccurrenceState.ASKED]),
            Occurrence.due_at <= now + within,
            or_(literal(office_id is None), Mailing.office_id == office_id),
        )
        .order_by(Occurrence.due_at, Mailing.slug)
    )
    return [
        Upcoming(
            occurrence.id,
            mailing.id,
            mailing.slug,
            mailing.kind,
            mailing.state,
            occurrence.state,
            occurrence.reason,
            occurrence.due_local,
            occurrence.time_zone,
            occurrence.due_at,
            occurrence.due_at <= now,
        )
        for occurrence, mailing in session.execute(statement).all()
        if not tells_of_a_draft(session, mailing)
    ]
