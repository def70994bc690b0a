"""What leaves today and in the coming days, for the offices whose mailings somebody may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.staff.accounts import Staff
from notifications.ledger.states import MailingState
from notifications.planning.calendar import Entry, plan_of_offices
from notifications.planning.obstacles import Cause, Obstacle, obstacles
from notifications.planning.rules import Rules
from notifications.review.series import count_to_start
from notifications.review.store import (
    READS,
    MailingRow,
    count_of_drafts,
    drafts,
    find_mailing,
    waits_for,
    waits_for_others,
)

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Ahead:
    """One mailing that is due, with what is planned for it."""

    mailing: MailingRow
    entry: Entry


@dataclass(frozen=True)
class HeldUp:
    """One mailing that something stands in the way of."""

    mailing: MailingRow
    obstacle: Obstacle


def offices_read(staff: Staff) -> set[int]:
    """The offices whose mailings somebody may open."""
    return {office for permission in READS for office in staff.offices(permission)}


def ahead(session: Session, staff: Staff, rules: Rules, now: datetime, within: timedelta = AHEAD) -> list[Ahead]:
    """In the order of time, with what is late or waits for a word."""
    entries = plan_of_offices(session, now, within, rules, offices_read(staff))
    return [Ahead(find_mailing(session, staff, one.due.mailing_id, *READS), one) for one in entries]


def to_release(session: Session, staff: Staff, now: datetime) -> list[MailingRow]:
    """What waits for somebody's word, such as this one's: of polls that are not over, and of the coming days."""
    return drafts(session, waits_for(staff, now, now + AHEAD))


def for_others(session: Session, staff: Staff, now: datetime) -> list[MailingRow]:
    """What this one wrote and waits for somebody else's word."""
    return drafts(session, waits_for_others(staff, now, now + AHEAD))


def count_to_release(session: Session, staff: Staff, now: datetime) -> int:
    """With the series that wait to be started."""
    mailings = count_of_drafts(waits_for(staff, now, now + AHEAD))
    return session.scalar(select(mailings + count_to_start(staff))) or 0


def held_up(session: Session, staff: Staff, now: datetime, causes: Collection[Cause] = tuple(Cause)) -> list[HeldUp]:
    """What stands in the way of mailings of these offices; what was stopped is not among them."""
    found: list[HeldUp] = []
    offices = offices_read(staff)
    for one in obstacles(session, now, offices=offices):
        if one.cause in causes:
            mailing = find_mailing(session, staff, one.mailing_id, *READS)
            if mailing.state != MailingState.CANCELLED:
                found.append(HeldUp(mailing, one))
    return found
