"""What a mailing would do if it left now: the same SELECT that the plan writes from, counted and read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.people.tables import Membership, Participant
from notifications.ledger.reach import Meant, reached
from notifications.ledger.report import Count
from notifications.ledger.states import DeliveryState, OccurrenceState
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from notifications.planning.planner import send_window, steps_from, whom_it_means
from notifications.planning.rules import Rules
from notifications.planning.windows import later_in_window

NOBODY_MEANT = "no-audience"


@dataclass(frozen=True)
class Readers:
    """How many would get it by a channel in a language."""

    channel: str
    language: str
    people: int


@dataclass(frozen=True)
class Preview:
    """Counts by state, channel and reason; languages without a text; why it could not leave at all; the first
    and the last instant at which somebody's is due."""

    counts: list[Count]
    missing_languages: list[str]
    refusal: str
    first_at: datetime
    last_at: datetime
    readers: tuple[Readers, ...] = ()

    @property
    def people(self) -> int:
        """How many would get it."""
        return sum(one.people for one in self.readers)


@dataclass(frozen=True)
class Person:
    """Somebody who is meant: by which channel they would get it ("" for none), or why not."""

    reference: str
    name: str
    channel: str
    reason: str


def dry_run(session: Session, mailing_id: int, now: datetime, rules: Rules) -> Preview:
    """Counts whom a mailing would reach as of now; writes nothing."""
    mailing = session.get_one(Mailing, mailing_id)
    steps = steps_from(session, mailing, _due(session, mailing_id, now))
    meant = whom_it_means(session, mailing, steps[0], now, rules)
    if meant is None:
        return Preview([], [], NOBODY_MEANT, steps[0], steps[-1])
    each = reached(meant)
    key = (each.c.channel, each.c.reason, Participant.language)
    statement = (
        select(*key, func.count()).select_from(each).join(Participant, Participant.id == each.c.id).group_by(*key)
    )
    found = [tuple(row) for row in session.execute(statement.order_by(*key))]
    readers = tuple(Readers(channel, language, people) for channel, reason, language, people in found if not reason)
    texts = set(session.scalars(select(MailingText.language).where(MailingText.mailing_id == mailing_id)))
    missing = sorted({one.language for one in readers} - texts)
    refusal = f"no-text:{','.join(missing)}" if missing else ""
    return Preview(_counts(found), missing, refusal, steps[0], steps[-1], readers)


def people_meant(
    session: Session, mailing_id: int, now: datetime, rules: Rules, which: tuple[str, int, int] = ("", 0, 100)
) -> list[Person]:
    """Who is meant, in the order in which they came to the office; `which`: a reason or "", where from, how many."""
    meant = meant_now(session, mailing_id, now, rules)
    if meant is None:
        return []
    each = reached(meant)
    reason, start, most = which
    member = and_(Membership.participant_id == each.c.id, Membership.office_id == meant.mailing.office_id)
    statement = select(Membership.reference, Membership.name, each.c.channel, each.c.reason).join(Membership, member)
    if reason:
        statement = statement.where(each.c.reason == reason)
    statement = statement.order_by(each.c.id).offset(start).limit(most)
    return [Person(row.reference or "", row.name or "", row.channel, row.reason) for row in session.execute(statement)]


def share_readers(session: Session, both: Collection[int], now: datetime, rules: Rules) -> bool:
    """Whether somebody would get both of two mailings as of now."""
    meant = [meant_now(session, mailing_id, now, rules) for mailing_id in both]
    if meant[0] is None or meant[1] is None:
        return False
    first, second = reached(meant[0]).alias("first"), reached(meant[1]).alias("second")
    shared = select(first.c.id).join(second, second.c.id == first.c.id)
    return session.scalar(shared.where(first.c.reason == "", second.c.reason == "").limit(1)) is not None


def estimated_end(session: Session, mailing_id: int, preview: Preview, rates: Mapping[str, float]) -> datetime:
    """When the last would leave if nothing else did meanwhile; `rates` are messages a second by channel."""
    window, zone = send_window(session, session.get_one(Mailing, mailing_id))
    took = [
        sum(one.people for one in preview.readers if one.channel == channel) / rate for channel, rate in rates.items()
    ]
    by_rate = later_in_window(window, preview.first_at, timedelta(seconds=max(took, default=0)), zone)
    return max(preview.last_at, by_rate)


def may_have_it_now(session: Session, mailing_id: int, now: datetime, rules: Rules) -> int:
    """How many it would go to: newcomers, those skipped who may have it now, those it failed to reach."""
    meant = meant_now(session, mailing_id, now, rules)
    planned = select(Occurrence.id).where(
        Occurrence.mailing_id == mailing_id, Occurrence.state == OccurrenceState.PLANNED
    )
    occurrence_id = session.scalar(planned.limit(1))
    if meant is None or occurrence_id is None:
        return 0
    each = reached(meant)
    row = and_(Delivery.occurrence_id == occurrence_id, Delivery.participant_id == each.c.id)
    skipped = and_(Delivery.state == DeliveryState.SKIPPED, Delivery.attempts == 0)
    fresh = select(func.count()).select_from(each).outerjoin(Delivery, row)
    failed = select(func.count()).where(Delivery.occurrence_id == occurrence_id, Delivery.state == DeliveryState.FAILED)
    count = session.scalar(fresh.where(each.c.reason == "", or_(Delivery.id.is_(None), skipped))) or 0
    return count + (session.scalar(failed) or 0)


def meant_now(session: Session, mailing_id: int, now: datetime, rules: Rules) -> Meant | None:
    """Whom a mailing means as of now; None when it has no audience."""
    mailing = session.get_one(Mailing, mailing_id)
    return whom_it_means(session, mailing, _due(session, mailing_id, now), now, rules)


def _due(session: Session, mailing_id: int, now: datetime) -> datetime:
    occurrence = session.scalars(select(Occurrence).where(Occurrence.mailing_id == mailing_id)).first()
    return max(now, occurrence.due_at if occurrence else now)


def _counts(found: list[tuple[str, str, str, int]]) -> list[Count]:
    """By state, channel and reason, whatever the language."""
    people: dict[tuple[str, str, str], int] = {}
    for channel, reason, _, count in found:
        key = (DeliveryState.SKIPPED if reason else DeliveryState.PLANNED).value, channel, reason
        people[key] = people.get(key, 0) + count
    return [Count(*key, count) for key, count in sorted(people.items())]
