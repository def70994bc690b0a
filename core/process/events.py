"""An event as those who reply to it need it: when, where, in which modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Problem
from core.i18n import N_
from core.process.package.dates import to_instant
from core.process.replies import Reply, modes_of, offered
from core.process.tables import Event, Process


class EventUnknown(Problem):
    text = N_("This event does not exist any more. Please write to the office.")
    status = 404


@dataclass(frozen=True)
class EventFacts:
    """`title` by language; `starts` and `ends` on the wall clock of `time_zone`, the instants beside them."""

    id: int
    process_id: int
    office_id: int
    slug: str
    title: dict[str, str]
    place: str
    starts: datetime
    ends: datetime
    time_zone: str
    modes: tuple[Reply, ...]
    cancelled: bool
    address: str = ""
    link: str = ""
    link_hours: int = 0
    opens_at: datetime | None = None  # registration
    closes_at: datetime | None = None
    invited_only: bool = False
    companions: int = 0  # at most
    substitutes: bool = False
    asks_needs: bool = False
    sequence: int = 0
    changed_at: datetime | None = None  # when what a calendar shows of it last did
    kind: str = "event"
    summary: dict[str, str] = field(default_factory=dict)  # by language, as are the Markdown texts that follow
    directions: dict[str, str] = field(default_factory=dict)
    programme: dict[str, str] = field(default_factory=dict)

    @property
    def starts_at(self) -> datetime:
        return to_instant(self.starts, self.time_zone)

    @property
    def ends_at(self) -> datetime:
        return to_instant(self.ends, self.time_zone)

    def shows_link(self, now: datetime) -> bool:
        """Whether the link to take part online is told already."""
        return bool(self.link) and self.starts_at - timedelta(hours=self.link_hours) <= now < self.ends_at

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at

    @property
    def replies(self) -> tuple[Reply, ...]:
        """What can be replied, in the order in which it is asked."""
        return offered(self.modes)


def languages_of_event(session: Session, event_id: int) -> Sequence[str]:
    """The languages of its process."""
    process = select(Process.languages).join(Event, Event.process_id == Process.id).where(Event.id == event_id)
    return [str(one) for one in session.scalar(process) or ()]


def load_event(session: Session, event_id: int) -> EventFacts:
    """Raises EventUnknown."""
    row = session.execute(
        select(Event, Process.office_id, Process.time_zone)
        .join(Process, Process.id == Event.process_id)
        .where(Event.id == event_id)
    ).one_or_none()
    if row is None:
        raise EventUnknown
    return facts_of(row[0], row.office_id, row.time_zone)


def facts_of(event: Event, office_id: int, zone: str) -> EventFacts:
    """The facts of a row; the office and the time zone are those of its process."""
    return EventFacts(
        id=event.id,
        process_id=event.process_id,
        office_id=office_id,
        slug=event.slug,
        title=event.title,
        place=event.place,
        starts=datetime.fromisoformat(event.starts_local),
        ends=datetime.fromisoformat(event.ends_local),
        time_zone=zone,
        modes=modes_of(event.modes, event.online),
        cancelled=event.cancelled,
        address=event.address,
        link=event.link,
        link_hours=event.link_hours,
        opens_at=_instant(event.opens_local, zone),
        closes_at=_instant(event.closes_local, zone),
        invited_only=event.invited_only,
        companions=event.companions,
        substitutes=event.substitutes,
        asks_needs=event.asks_needs,
        sequence=event.sequence,
        changed_at=event.changed_at,
        kind=event.kind,
        summary=event.summary,
        directions=event.directions,
        programme=event.programme,
    )


def _instant(local: str | None, zone: str) -> datetime | None:
    return to_instant(datetime.fromisoformat(local), zone) if local else None
