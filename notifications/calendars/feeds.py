"""Calendars that are subscribed to, and single events to be downloaded: the same bytes while nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.addresses import PublicUrls
from core.errors import Problem
from core.i18n import N_, pick_text, translator
from core.links import Links, Purpose
from core.people.errors import PersonErased
from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Participant
from core.process.events import EventFacts, facts_of
from core.process.replies import MODES, Reply
from core.process.standing import standing_attendance
from core.process.tables import Attendance, Event, Office, Process
from notifications.calendars.entry import Entry, Reader, entry_for, public_entry, uid_of
from notifications.calendars.objects import add_alarms, calendar_of, component_of, stamped
from notifications.ledger.budget import LEFT
from notifications.ledger.events import event_id_of_mailing, has_rsvp
from notifications.ledger.tables import Delivery, Mailing

PAGE_LASTS = timedelta(days=180)  # after the event; by its end, so that a feed has the same links whenever it is read
NEVER_CHANGED = datetime(2000, 1, 1, tzinfo=UTC)
PUBLIC_KIND = "event"


class CalendarUnknown(Problem):
    text = N_("There is no such calendar. Please choose one on the first page.")
    status = 404


@dataclass(frozen=True)
class Linking:
    """What links within calendars are made with."""

    urls: PublicUrls
    links: Links


@dataclass(frozen=True)
class _Mine:
    """An event as it stands for one person; `at` is when they replied."""

    event: EventFacts
    reply: str
    at: datetime | None


def personal_feed(session: Session, participant_id: int, linking: Linking, now: datetime) -> bytes:
    """All events that somebody has replied to or was asked about, without those they declined; raises PersonErased."""
    person, language = _reader(session, participant_id)
    t = translator(language)
    mine = [one for one in _mine(session, person) if one.reply != Reply.NO]
    return _written([(one, person) for one in mine], language, linking, now, name=t("My events"))


def single_event(session: Session, participant_id: int, event_id: int, linking: Linking, now: datetime) -> bytes:
    """One event as it stands for one person; raises EventUnknown, PersonErased."""
    person, language = _reader(session, participant_id)
    mine = next((one for one in _mine(session, person, event_id)), None)
    return _written([(mine, person)] if mine else [], language, linking, now)


def public_feed(session: Session, office: str, process: str, language: str, urls: PublicUrls) -> bytes:
    """The public events of an office, or with a name of one of its processes; raises CalendarUnknown.

    Without a language they are in the first one of each process.
    """
    known = select(Process, Office.name).join(Office, Office.id == Process.office_id).where(Office.slug == office)
    found = session.execute((known.where(Process.slug == process) if process else known).order_by(Process.id)).all()
    if not found:
        raise CalendarUnknown
    entries, components = [], []
    for row in found:
        of: Process = row[0]
        spoken = language or of.languages[0]
        for event in session.scalars(_public(of.id)):
            entry = public_entry(facts_of(event, of.office_id, of.time_zone), spoken, _told(event, spoken, urls))
            entries.append(entry)
            uid = uid_of(event.id, None, urls.host)
            components.append(stamped(component_of(entry, uid), event.changed_at or NEVER_CHANGED))
    only = found[0][0]
    name = pick_text(only.title, language or only.languages[0]) if process else found[0].name
    return bytes(calendar_of(components, entries, name=name).to_ical())


def _public(process_id: int) -> Any:
    public = Event.process_id == process_id, Event.kind == PUBLIC_KIND, Event.invited_only.is_(False)
    return select(Event).where(*public).order_by(Event.starts_local, Event.id)


def _told(event: Event, language: str, urls: PublicUrls) -> str:
    summary = pick_text(event.summary, language) if event.summary else ""
    return "\n\n".join(part for part in (summary, urls.public) if part)


def _written(
    events: Sequence[tuple[_Mine, int]], language: str, linking: Linking, now: datetime, name: str = ""
) -> bytes:
    entries: list[Entry] = []
    components = []
    for one, person in events:
        until = one.event.ends_at + PAGE_LASTS
        page = linking.urls.rsvp(linking.links.sign(Purpose.RSVP, person, one.event.id, expires=until))
        entry = entry_for(one.event, Reader(language, one.reply, page), now)
        component = component_of(entry, uid_of(one.event.id, person, linking.urls.host), is_firm=one.reply in MODES)
        stamp = max(filter(None, (one.event.changed_at, one.at)), default=NEVER_CHANGED)
        add_alarms(component, entry)
        entries.append(entry)
        components.append(stamped(component, stamp))
    return bytes(calendar_of(components, entries, name=name).to_ical())


def _mine(session: Session, person: int, event_id: int | None = None) -> Iterator[_Mine]:
    """Everything for the person, or one event whether or not they were asked about it."""
    ids = all_of(session, person)
    attended = standing_attendance(Attendance.participant_id.in_(ids))
    replies = {row.event_id: row for row in session.execute(select(attended))}
    wanted = {event_id} if event_id is not None else set(replies) | _asked_about(session, ids)
    rows = select(Event, Process.office_id, Process.time_zone).join(Process, Process.id == Event.process_id)
    rows = rows.where(Event.id.in_(wanted)).order_by(Event.starts_local, Event.id)
    for event, office_id, zone in session.execute(rows):
        said = replies.get(event.id)
        yield _Mine(facts_of(event, office_id, zone), said.reply if said else "", said.at if said else None)


def _asked_about(session: Session, ids: Sequence[int]) -> set[int]:
    """The events of the invitations that left for somebody."""
    told = (
        select(Mailing.id, event_id_of_mailing().label("event_id"))
        .join(Delivery, Delivery.mailing_id == Mailing.id)
        .where(Delivery.participant_id.in_(ids), Delivery.state.in_(LEFT))
        .distinct()
    )
    found = [row for row in session.execute(told) if row.event_id is not None]
    return {row.event_id for row in found if has_rsvp(session, row.id)}


def _reader(session: Session, participant_id: int) -> tuple[int, str]:
    person = session.get(Participant, remaining(session, participant_id))
    if person is None or person.erased_at is not None:
        raise PersonErased
    return person.id, person.language
