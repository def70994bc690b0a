"""The page of a public event: what anybody may know of it, and how to register."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.people.from_event import with_event
from core.people.self_joined import safe_tag
from core.process.event_files import Document, documents_of, read_document
from core.process.events import EventFacts, load_event
from core.process.seating import registers_now, rooms_of
from core.process.tables import Event, Office, Process
from web.errors import PageUnknown
from web.public.store import PUBLIC_EVENT, load_office
from web.public.telling_rooms import MODE_NAMES, RoomLine, documents_as_files, lines_about
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class EventPage:
    event: EventFacts
    office: OfficeName
    rooms: list[RoomLine]
    documents: tuple[Document, ...]


async def show(request: Request) -> Response:
    """Raises PageUnknown, for a meeting of those invited too."""
    site = site_of(request)
    now = site.deps.clock.now()

    def work(session: Session) -> EventPage:
        event = load_event(session, _find(session, request))
        office = load_office(session, event.office_id)
        documents = documents_of(session, event.id, is_over=event.is_over(now))
        return EventPage(event, office, lines_about(rooms_of(session, event)), documents)

    found = await site.deps.database.aread(work)
    event = found.event
    remember_reader(request, "", found.office)
    return site.page(
        request,
        "public/event.html",
        event=event,
        rooms=found.rooms if now < event.starts_at else [],
        documents=found.documents,
        modes=MODE_NAMES,
        begins_later=now < event.starts_at,
        is_over=now >= event.ends_at,
        registers=registers_now(event, now),
        from_here=with_event(safe_tag(request.query_params.get("from", "")), event.id),
        opens_later=event.opens_at is not None and now < event.opens_at,
    )


async def show_file(request: Request) -> Response:
    """A document of a public event; raises PageUnknown."""
    name, deps = request.path_params["name"], site_of(request).deps
    now = deps.clock.now()

    def work(session: Session) -> tuple[Document, bytes] | None:
        event = load_event(session, _find(session, request))
        return read_document(session, event.id, name, is_over=event.is_over(now))

    found = await deps.database.aread(work)
    if found is None:
        raise PageUnknown
    return documents_as_files(*found)


def _find(session: Session, request: Request) -> int:
    """Of events of the same short name in several processes the one that begins last; raises PageUnknown."""
    office, slug = (request.path_params[part] for part in ("office", "event"))
    if "\0" in office + slug:
        raise PageUnknown
    statement = (
        select(Event.id)
        .join(Process, Process.id == Event.process_id)
        .join(Office, Office.id == Process.office_id)
        .where(Office.slug == office, Event.slug == slug, PUBLIC_EVENT)
        .order_by(Event.starts_local.desc(), Event.id.desc())
    )
    event_id = session.scalar(statement.limit(1))
    if event_id is None:
        raise PageUnknown
    return event_id
