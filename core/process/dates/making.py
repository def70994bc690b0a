"""The event that a chosen date makes, or moves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.process.changing import CHANGED, change_event
from core.process.dates.tables import DateOption, DatePoll
from core.process.tables import Event
from core.slugs import free_slug
from core.tables import Notice

KIND = "meeting"


def make_event(session: Session, poll: DatePoll, option: DateOption) -> int:
    """A meeting of those who were asked: it has no public page."""
    values = {
        "process_id": poll.process_id, "slug": _slug(session, poll, option), "kind": KIND, "title": poll.title,
        "summary": {}, "starts_local": option.starts_local, "ends_local": option.ends_local, "place": poll.place,
        "online": bool(poll.link), "link": poll.link, "invited_only": True,
    }  # fmt: skip
    return int(session.execute(insert(Event).values(values).returning(Event.id)).scalar_one())


def move_event(session: Session, poll: DatePoll, option: DateOption, now: datetime) -> int:
    """Those who had replied to it are told by the event itself (`told_of_move`)."""
    assert poll.event_id is not None
    values = {"starts_local": option.starts_local, "ends_local": option.ends_local}
    change_event(session, poll.event_id, values, now)
    return poll.event_id


def told_of_move(session: Session, event_id: int) -> set[int]:
    """Who was told of the event's latest change."""
    event = session.get_one(Event, event_id, populate_existing=True)
    latest = Notice.kind == CHANGED, Notice.key.startswith(f"{event_id}:{event.sequence}:")
    return set(session.scalars(select(Notice.participant_id).where(*latest)))


def _slug(session: Session, poll: DatePoll, option: DateOption) -> str:
    """`meeting-2023-07-20`, with a number where there is one already."""
    taken = session.scalars(select(Event.slug).where(Event.process_id == poll.process_id)).all()
    return free_slug(f"{KIND}-{option.starts_local[:10]}", taken)
