"""Alarms: a row from when something was seen until it is over; each is told once to everybody who may act on it.

The rows decide: whoever looks may be stale, or two may look at once, and nothing is told twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.database.database import Database
from core.database.inserting import insert_into
from core.database.leader import leadership
from core.process.time_zone import HOME_ZONE, time_zone_of
from core.staff.accounts import Staff
from core.staff.chats import Linked, all_linked
from core.staff.roles import Permission
from notifications.ledger.states import MailingState
from notifications.ledger.tables import Mailing
from notifications.review.one_person import may_release
from notifications.staff.looking import NEWS, WHO, WRITTEN, Limits, Seen, look
from notifications.staff.queue import ALARM, OVER, end, hasten, leave
from notifications.staff.quiet import after_quiet
from notifications.staff.tables import Alarm

log = structlog.get_logger()

LEADER = "alarms"
LOOK_SECONDS = 30.0


@dataclass(frozen=True)
class WatchDeps:
    """What looks after alarms; `free_bytes` says what room is left where the data is."""

    database: Database
    clock: Clock
    free_bytes: Callable[[], int]
    limits: Limits = field(default_factory=Limits)


async def run_watching(deps: WatchDeps) -> None:
    """Looks until cancelled; of several processes one leads, the others stand by."""
    while True:
        try:
            async with leadership(deps.database, LEADER) as still_leading:
                while await still_leading():
                    await watch_once(deps)
                    await asyncio.sleep(LOOK_SECONDS)
        except (DBAPIError, OSError) as error:  # the database or the disk: looked at again soon
            log.warning("alarms could not be looked at", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)


async def watch_once(deps: WatchDeps) -> None:
    now = deps.clock.now()
    free = await asyncio.to_thread(deps.free_bytes)
    seen = await deps.database.aread(lambda session: look(session, now, deps.limits, free))
    if await deps.database.aread(lambda session: is_news(session, seen)):
        await deps.database.awrite(lambda session: note(session, seen, now))


def is_news(session: Session, seen: Sequence[Seen]) -> bool:
    """Whether anything is to be written; as long as an alarm stands, others may be linked who may act on it."""
    return bool(seen) or session.scalar(select(Alarm.id).where(Alarm.ended_at.is_(None)).limit(1)) is not None


def note(session: Session, seen: Sequence[Seen], now: datetime) -> None:
    """Brings the alarms up to what is seen, and leaves word for those who may act."""
    wanted = {(one.kind, one.key): one for one in seen}
    people = all_linked(session)
    for one in wanted.values():
        _begin(session, one, now)
    for alarm in session.scalars(select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.id)).all():
        now_is = wanted.get((alarm.kind, alarm.key))
        if now_is is None:
            _end(session, alarm, people, now)
            continue
        if now_is.severe and not alarm.severe:
            _worsen(session, alarm, people, now)
        leave(session, ALARM, alarm.id, _told(session, alarm, people, now))


def may_act(session: Session, staff: Staff, alarm: Alarm) -> bool:
    """Whether an alarm is for somebody: by their role in its office, or in any where it belongs to none."""
    needed = WHO[alarm.kind]
    if alarm.office_id is None:
        return bool(staff.offices(needed))
    if alarm.kind == WRITTEN and not _waits_for(session, staff, alarm):
        return False
    if needed is Permission.RELEASE_MAILINGS:
        return may_release(session, staff, alarm.office_id)
    return staff.may(needed, alarm.office_id)


def _waits_for(session: Session, staff: Staff, alarm: Alarm) -> bool:
    """Whether its mailing is still to be released, and was written by somebody else."""
    found = session.get(Mailing, alarm.mailing_id) if alarm.mailing_id is not None else None
    return found is not None and found.state == MailingState.DRAFT and found.written_by != staff.account_id


def told_from(session: Session, alarm: Alarm, staff: Staff, chat: Linked, now: datetime) -> datetime:
    """From when on somebody may be told: now, or at the end of their quiet hours."""
    if alarm.severe and chat.severe_always:
        return now
    office = alarm.office_id if alarm.office_id is not None else min(staff.roles, default=None)
    zone = time_zone_of(session, office) if office is not None else HOME_ZONE
    return after_quiet(now, zone, chat.quiet)


def _begin(session: Session, seen: Seen, now: datetime) -> None:
    row = {
        "kind": seen.kind, "key": seen.key, "office_id": seen.office_id, "mailing_id": seen.mailing_id,
        "severe": seen.severe, "values": seen.values, "since": now,
    }  # fmt: skip
    session.execute(insert_into(session, Alarm).values(row).on_conflict_do_nothing())  # it stands, or another saw it


def _end(session: Session, alarm: Alarm, people: Sequence[tuple[Staff, Linked]], now: datetime) -> None:
    ended = session.execute(update(Alarm).where(Alarm.id == alarm.id, Alarm.ended_at.is_(None)).values(ended_at=now))
    assert isinstance(ended, CursorResult)
    if ended.rowcount:
        told = set(end(session, ALARM, alarm.id))
        each = [(staff, chat) for staff, chat in people if staff.account_id in told and alarm.kind not in NEWS]
        leave(session, OVER, alarm.id, ((who.account_id, told_from(session, alarm, who, at, now)) for who, at in each))


def _worsen(session: Session, alarm: Alarm, people: Sequence[tuple[Staff, Linked]], now: datetime) -> None:
    alarm.severe = True
    session.flush()
    for staff, chat in people:
        if chat.severe_always:
            hasten(session, ALARM, alarm.id, staff.account_id, now)


def _told(
    session: Session, alarm: Alarm, people: Sequence[tuple[Staff, Linked]], now: datetime
) -> Iterator[tuple[int, datetime]]:
    for staff, chat in people:
        if chat.takes_alarms and may_act(session, staff, alarm):
            yield staff.account_id, told_from(session, alarm, staff, chat, now)
