"""What is wrong just now that staff should act on: read from the ledger, the ways out and the disk. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from core.people.channels import EMAIL
from core.staff.roles import Permission
from notifications.ledger.results import tells_of_a_draft, waits_for_close
from notifications.ledger.states import DeliveryState, Kind, MailingState, OccurrenceState
from notifications.ledger.tables import IS_PLANNED, Delivery, Mailing, Occurrence
from notifications.planning.obstacles import Cause, obstacles
from notifications.review.store import waits_for_anybody
from notifications.staff.tables import WayTrouble

BOUNCES, IN_DOUBT, WAY_DOWN, DISK = "bounces", "in-doubt", "way-down", "disk"
DECISION, RELEASE, STUCK, WRITTEN = "decision", "release", "stuck", "written"
NEAR = timedelta(hours=24)  # before its time a mailing that nobody has released is told of
LATELY = timedelta(days=3)  # so long after it was planned a mailing's bounces are watched
ENOUGH = 20  # mails that have to be settled before a rate says anything
REFUSED = ("rejected", "gone")  # why a mail failed that the other side would not take, at once and for good
LITTLE, TOO_LITTLE = 2_000_000_000, 200_000_000  # bytes
MEGABYTE = 1_000_000

WHO: dict[str, Permission] = {
    BOUNCES: Permission.PAUSE_MAILINGS,
    IN_DOUBT: Permission.WRITE_MAILINGS,
    WAY_DOWN: Permission.PAUSE_MAILINGS,
    DISK: Permission.MANAGE_ACCOUNTS,
    DECISION: Permission.RELEASE_MAILINGS,
    RELEASE: Permission.RELEASE_MAILINGS,
    STUCK: Permission.PAUSE_MAILINGS,
    WRITTEN: Permission.RELEASE_MAILINGS,
}
"""Who may act on an alarm, in its office, or in any where it belongs to none."""
NEWS = {WRITTEN}  # of whose end nothing is told: somebody has seen to it
CAUSES = {
    Cause.IN_DOUBT: IN_DOUBT,
    Cause.ASKED: DECISION,
    Cause.NOT_RELEASED: RELEASE,
    Cause.WAITING: STUCK,
    Cause.NO_TEXT: STUCK,
    Cause.NO_AUDIENCE: STUCK,
    Cause.POLL_DRAFT: STUCK,
    Cause.UNCOUNTED: STUCK,
}


@dataclass(frozen=True)
class Limits:
    """From how many bounces in a hundred mails on, and after how many minutes of a way that is down, staff are told."""

    bounces_percent: float = 5
    way_minutes: int = 10


@dataclass(frozen=True)
class Seen:
    """Something that is wrong; the same as long as `kind` and `key` are."""

    kind: str
    key: str = ""
    office_id: int | None = None
    mailing_id: int | None = None
    severe: bool = False
    values: dict[str, Any] = field(default_factory=dict)


def look(session: Session, now: datetime, limits: Limits, free_bytes: int) -> list[Seen]:
    """Each thing once."""
    ways = list(_ways(session, now, limits))
    stuck = [one for one in _held_up(session, now) if not (ways and one.values["cause"] == Cause.WAITING)]
    found = [*_bounces(session, now, limits), *stuck, *_unreleased(session, now), *ways]
    pressing = {one.mailing_id for one in found if one.kind == RELEASE}  # which tells as much, and more
    found += (one for one in _written(session, now) if one.mailing_id not in pressing)
    if free_bytes < LITTLE:
        found.append(Seen(DISK, severe=free_bytes < TOO_LITTLE, values={"free": free_bytes // MEGABYTE}))
    return list({(one.kind, one.key): one for one in found}.values())


def _bounces(session: Session, now: datetime, limits: Limits) -> Iterator[Seen]:
    lately = select(Occurrence.mailing_id).where(Occurrence.planned_at >= now - LATELY)
    refused = and_(Delivery.state == DeliveryState.FAILED, Delivery.reason.in_(REFUSED))
    back = func.sum(case((or_(Delivery.state == DeliveryState.BOUNCED, refused), 1), else_=0))
    statement = (
        select(Delivery.mailing_id, Mailing.office_id, back.label("back"), func.count().label("settled"))
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(
            Delivery.mailing_id.in_(lately),
            Mailing.kind != Kind.NOTICE,
            Delivery.channel == EMAIL,
            or_(Delivery.state.in_((DeliveryState.SENT, DeliveryState.BOUNCED)), refused),
        )
        .group_by(Delivery.mailing_id, Mailing.office_id)
    )
    for row in session.execute(statement):
        if row.settled >= ENOUGH and row.back * 100 > limits.bounces_percent * row.settled:
            values = {"back": int(row.back), "sent": int(row.settled)}
            yield Seen(BOUNCES, f"mailing:{row.mailing_id}", row.office_id, row.mailing_id, values=values)


def _held_up(session: Session, now: datetime) -> Iterator[Seen]:
    offices = {row.id: row.office_id for row in session.execute(select(Mailing.id, Mailing.office_id))}
    for one in obstacles(session, now):
        if one.cause in CAUSES:
            values = {"cause": one.cause.value, "detail": one.detail}
            key, office = f"mailing:{one.mailing_id}", offices[one.mailing_id]
            yield Seen(CAUSES[one.cause], key, office, one.mailing_id, values=values)


def _unreleased(session: Session, now: datetime) -> Iterator[Seen]:
    """Drafts whose time is near; from their time on they are held up. What tells a result waits for its poll."""
    statement = (
        select(Mailing)
        .join(Occurrence, Occurrence.mailing_id == Mailing.id)
        .where(
            Mailing.state == MailingState.DRAFT,
            Mailing.kind != Kind.NOTICE,
            Occurrence.state == OccurrenceState.DUE,
            Occurrence.due_at > now,
            Occurrence.due_at <= now + NEAR,
        )
    )
    for one in session.scalars(statement).all():
        if not waits_for_close(session, one, now):
            yield Seen(RELEASE, f"mailing:{one.id}", one.office_id, one.id)


def _written(session: Session, now: datetime) -> Iterator[Seen]:
    """What somebody has written for another to release; a result that its invitation takes along is none by itself."""
    by_somebody = select(Mailing).where(Mailing.written_by.is_not(None), waits_for_anybody(now))
    for one in session.scalars(by_somebody.order_by(Mailing.id)).all():
        if not tells_of_a_draft(session, one):
            yield Seen(WRITTEN, f"mailing:{one.id}", one.office_id, one.id)


def _ways(session: Session, now: datetime, limits: Limits) -> Iterator[Seen]:
    """Ways that have been down for a while and are waited for; severe where a mailing is."""
    down = select(WayTrouble).where(WayTrouble.since <= now - timedelta(minutes=limits.way_minutes))
    for one in session.scalars(down):
        waiting = (
            select(Mailing.kind)
            .join(Delivery, Delivery.mailing_id == Mailing.id)
            .where(IS_PLANNED, Delivery.channel == one.channel, Mailing.state == MailingState.RELEASED)
            .distinct()
        )
        kinds = set(session.scalars(waiting))
        if kinds:
            values = {"way": one.way, "channel": one.channel, "said": one.said}
            yield Seen(WAY_DOWN, one.way, severe=bool(kinds - {Kind.NOTICE}), values=values)
