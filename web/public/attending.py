"""An event's invitation: what somebody has replied, and the replies as buttons. A look changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged
from core.links import Purpose
from core.people.errors import PersonErased
from core.people.store import remaining
from core.process.attendance import Given, reply
from core.process.events import EventFacts, load_event
from core.process.replies import LABELS, STANDS, Door
from core.process.standing import standing_reply
from web.public.store import load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class Invitation:
    """A signed link opened: the event and what this person has replied, "" for nothing."""

    event: EventFacts
    participant_id: int
    reply: str
    language: str
    office: OfficeName


async def show(request: Request) -> Response:
    site, invitation = site_of(request), await _open(request)
    event, now = invitation.event, site_of(request).deps.clock.now()
    is_over = now >= event.ends_at
    return site.page(
        request,
        "public/invitation.html",
        event=event,
        reply=invitation.reply,
        labels=LABELS,
        standing=STANDS,
        thanks=bool(invitation.reply) and "kept" in request.query_params,
        is_over=is_over,
        shows_link=event.shows_link(now),
        takes_replies=not event.cancelled and not is_over and bool(invitation.reply or now < event.starts_at),
    )


async def act(request: Request) -> Response:
    """Keeps the reply that was pressed; raises what core.process.attendance raises."""
    site, invitation = site_of(request), await _open(request)
    pressed, now = str((await request.form()).get("do", "")), site.deps.clock.now()
    given = Given(invitation.event.id, invitation.participant_id, pressed, Door.WEB, invited=True)
    await site.deps.database.shared(
        lambda session: reply(session, given, now), key=f"participant:{invitation.participant_id}"
    )
    return RedirectResponse(f"{request.url.path}?kept=1", 303)


async def _open(request: Request) -> Invitation:
    """Raises LinkForged, LinkExpired, PersonErased, EventUnknown."""
    deps = site_of(request).deps
    numbers = deps.links.read(Purpose.RSVP, request.path_params["token"], deps.clock.now())
    if len(numbers) != 2:
        raise LinkForged
    participant_id, event_id = numbers

    def work(session: Session) -> Invitation:
        language, erased = look_up_reader(session, participant_id)
        if erased:
            raise PersonErased
        event, person = load_event(session, event_id), remaining(session, participant_id)
        office = load_office(session, event.office_id)
        return Invitation(event, person, standing_reply(session, event_id, person), language, office)

    invitation = await deps.database.aread(work)
    remember_reader(request, invitation.language, invitation.office)
    return invitation
