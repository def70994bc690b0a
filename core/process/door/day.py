"""The events of the day, and how many have come: for who looks from a telephone while the door is open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from core.clock import local
from core.database.many import among
from core.process.door.listing import Numbers, numbers
from core.process.door.window import online_window, opens_at
from core.process.events import EventFacts, facts_of
from core.process.replies import Reply
from core.process.standing import standing_attendance
from core.process.tables import Event, Process


@dataclass(frozen=True)
class DayNumbers:
    """Heads: `still` of those expected in person who have not come, `online` expected there, `waiting` for a seat."""

    door: Numbers
    still: int = 0
    online: int = 0
    waiting: int = 0


def events_of(session: Session, office_ids: Collection[int]) -> list[EventFacts]:
    """The events and meetings of some offices that take place, by their start."""
    statement = (
        select(Event, Process.office_id, Process.time_zone)
        .join(Process, Process.id == Event.process_id)
        .where(among(Process.office_id, list(office_ids)), Event.cancelled.is_(False), Event.kind != "appointment")
        .order_by(Event.starts_local, Event.id)
    )
    return [facts_of(row[0], row.office_id, row.time_zone) for row in session.execute(statement)]


def day_events(session: Session, office_ids: Collection[int], now: datetime) -> list[EventFacts]:
    """Those of today on their own clock, and those whose door is open or that can still be followed."""
    return [one for one in events_of(session, office_ids) if _is_on(one, now)]


def next_event(session: Session, office_ids: Collection[int], now: datetime) -> EventFacts | None:
    return next((one for one in events_of(session, office_ids) if now < one.starts_at), None)


def day_numbers(session: Session, event_id: int) -> DayNumbers:
    attended = standing_attendance(event_id)

    def heads(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, attended.c.companions + 1), else_=0)), 0)

    still = and_(attended.c.reply == Reply.IN_PERSON, attended.c.came == "")
    wanted = still, attended.c.reply == Reply.ONLINE, attended.c.waits_for != ""
    counted = session.execute(select(*(heads(one) for one in wanted))).one()
    return DayNumbers(numbers(session, event_id), *(int(one) for one in counted))


def _is_on(event: EventFacts, now: datetime) -> bool:
    days = local(event.starts_at, event.time_zone).date(), local(event.ends_at, event.time_zone).date()
    return days[0] <= local(now, event.time_zone).date() <= days[1] or opens_at(event) <= now < online_window(event)[1]
