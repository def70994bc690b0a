"""What public pages read of offices, processes and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.tables import Participant
from core.process.tables import Event, Office, Phase, Process
from web.site import OfficeName

NAMED = (Office.name, Office.contact_email, Office.address)


@dataclass(frozen=True)
class PublicEvent:
    """A dated entry; times are on the wall clock of the process's time zone."""

    kind: str
    title: dict[str, str]
    summary: dict[str, str]
    starts: datetime
    ends: datetime
    place: str
    online: bool


@dataclass(frozen=True)
class PublicPhase:
    title: dict[str, str]
    summary: dict[str, str]
    starts_on: date
    ends_on: date

    def on(self, today: date) -> bool:
        return self.starts_on <= today <= self.ends_on


@dataclass(frozen=True)
class PublicProcess:
    """What anybody may know of a process."""

    title: dict[str, str]
    summary: dict[str, str]
    office: str
    time_zone: str
    phases: tuple[PublicPhase, ...]
    events: tuple[PublicEvent, ...]


def load_office(session: Session, office_id: int | None = None) -> OfficeName:
    """An office as pages name it; without an id, the installation's own."""
    own = Office.id == office_id if office_id else Office.parent_id.is_(None)
    found = session.execute(select(*NAMED).where(own).order_by(Office.id).limit(1)).one_or_none()
    return OfficeName(*found) if found else OfficeName()


def load_processes(session: Session) -> list[PublicProcess]:
    """Every process with its phases and public events, in the order they were made."""
    rows = session.execute(
        select(Process.id, Process.title, Process.summary, Process.time_zone, Office.name)
        .join(Office, Office.id == Process.office_id)
        .order_by(Process.id)
    ).all()
    phases = _by_process(session, Phase, Phase.position)
    events = _by_process(session, Event, Event.starts_local)
    return [
        PublicProcess(
            row.title,
            row.summary,
            row.name,
            row.time_zone,
            tuple(PublicPhase(one.title, one.summary, one.starts_on, one.ends_on) for one in phases.get(row.id, ())),
            tuple(_event(one) for one in events.get(row.id, ()) if one.kind == "event"),
        )
        for row in rows
    ]


def language_of_participant(session: Session, participant_id: int) -> str:
    """ "" for somebody unknown."""
    return session.scalar(select(Participant.language).where(Participant.id == participant_id)) or ""


def _by_process(session: Session, table: Any, order: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in session.scalars(select(table).order_by(table.process_id, order)):
        found.setdefault(one.process_id, []).append(one)
    return found


def _event(one: Event) -> PublicEvent:
    starts, ends = datetime.fromisoformat(one.starts_local), datetime.fromisoformat(one.ends_local)
    return PublicEvent(one.kind, one.title, one.summary, starts, ends, one.place, one.online)
