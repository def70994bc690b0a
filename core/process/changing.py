"""An event that changes: what calendars show of it is counted, and who said yes is told at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.notices import News, tell
from core.people.store import remaining
from core.process.appointments.tables import who_has_one
from core.process.appointments.who import tell_event_changed
from core.process.door.acting import resettle
from core.process.events import load_event
from core.process.replies import MODES, Reply
from core.process.standing import standing_attendance
from core.process.tables import Event
from core.process.waiting import lock_event, offer_seats

CHANGED, CANCELLED = "event-changed", "event-cancelled"
# In calendars; where one takes part is part of it.
SHOWN = ("title", "starts_local", "ends_local", "place", "address", "link", "online", "modes", "cancelled")


@dataclass(frozen=True)
class _Whom:
    """Who is told of a change, those concerned and who has not decided; `was` is what was changed, as it stood."""

    people: Collection[int]
    undecided: Collection[int]
    office_id: int
    was: Mapping[str, Any]


def change_event(
    session: Session, event_id: int, values: Mapping[str, Any], now: datetime, undecided: Collection[int] = ()
) -> bool:
    """Writes an event's new values; whether what calendars show of it has changed.

    `undecided` are told too, of all but a new link: who was invited, and has said maybe or nothing.
    """
    event = lock_event(session, event_id)
    was_cancelled = event.cancelled
    changed = {name for name in SHOWN if name in values and getattr(event, name) != values[name]}
    was = {name: getattr(event, name) for name in SHOWN if name in changed}
    more = {"sequence": event.sequence + 1, "changed_at": now} if changed else {}
    session.execute(update(Event).where(Event.id == event_id).values({**values, **more}))
    event, facts = lock_event(session, event_id), load_event(session, event_id)
    if "starts_local" in changed:
        resettle(session, facts, now)
    if changed and now < facts.ends_at and not (was_cancelled and event.cancelled):
        kind = CANCELLED if event.cancelled else CHANGED
        only_link = changed == {"link"}
        people = concerned(session, event_id, kind, now, online_only=only_link)
        also = () if only_link else sorted(set(undecided) - set(people))
        _tell(session, event, kind, _Whom(people, also, facts.office_id, was), now)
        if kind == CHANGED:
            tell_event_changed(session, event_id, changed, now)
    offer_seats(session, event, facts, now)
    return bool(changed)


def concerned(session: Session, event_id: int, kind: str, now: datetime, *, online_only: bool = False) -> list[int]:
    """Those with a seat, those who wait for one and, where it does not take place, those with an appointment.

    The link alone (`online_only`) concerns nobody but who follows online.
    """
    attended = standing_attendance(event_id)
    has_seat = attended.c.reply == Reply.ONLINE if online_only else attended.c.reply.in_(MODES)
    waits = attended.c.waits_for == Reply.ONLINE if online_only else attended.c.waits_for != ""
    people = set(session.scalars(select(attended.c.person_id).where(or_(has_seat, waits))))
    if kind == CANCELLED:
        people |= {remaining(session, one) for one in session.scalars(who_has_one(event_id, now)).all()}
    return sorted(people)


def _tell(session: Session, event: Event, kind: str, whom: _Whom, now: datetime) -> None:
    values: dict[str, Any] = {"event_id": event.id} | ({"was": whom.was} if kind == CHANGED else {})
    for person in (*whom.people, *whom.undecided):
        more = {"undecided": True} if kind == CHANGED and person in whom.undecided else {}
        key = f"{event.id}:{event.sequence}:{person}"
        tell(session, News(kind, key, person, office_id=whom.office_id, values=values | more), now)
