"""An event's invitation: what somebody has replied, and the replies as buttons. A look changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged, Problem
from core.links import Purpose
from core.people.errors import PersonErased
from core.people.store import remaining
from core.process.attendance import LONGEST, LONGEST_NEEDS, Given, TooManyCompanions, reply, stop_waiting
from core.process.door.acting import confirm_online
from core.process.door.certificates import who_instead
from core.process.door.codes import code_for, drawing
from core.process.door.errors import SubstituteNameless
from core.process.door.window import is_online_now, online_window
from core.process.event_files import Document, documents_of, read_document
from core.process.events import EventFacts, load_event
from core.process.replies import LABELS, MODES, STANDS, Door, Reply
from core.process.seating import Desk, desk_for, other_mode, registers_now
from web.errors import PageUnknown
from web.public.door import hand_out
from web.public.store import load_office, look_up_reader
from web.public.telling_rooms import MODE_NAMES, documents_as_files, lines_about
from web.site import OfficeName, remember_reader, site_of

HERE = "here"  # that they follow online now
LEAVE = "leave"  # the waiting list, or a place that is offered
FIELDS = ("companions", "substitute", "needs")


@dataclass(frozen=True)
class Invitation:
    """A signed link opened: the event, how this person stands with it and what is left."""

    event: EventFacts
    participant_id: int
    desk: Desk
    language: str
    office: OfficeName
    documents: tuple[Document, ...] = ()
    instead: str | None = ""  # who was there in their place; None where their name is not known


async def show(request: Request) -> Response:
    return _page(request, await _open(request))


async def act(request: Request) -> Response:
    """Keeps what was pressed; what stands in the way is said on the page, with everything that was typed."""
    site, invitation = site_of(request), await _open(request)
    form, now, event = await request.form(), site.deps.clock.now(), invitation.event
    pressed = str(form.get("do", ""))
    try:
        given = None if pressed in {LEAVE, HERE} else _given(invitation, pressed, form)

        def work(session: Session) -> None:
            if pressed == HERE:
                confirm_online(session, event, invitation.participant_id, Door.WEB, now)
            elif given is None:
                stop_waiting(session, event.id, invitation.participant_id, now)
            else:
                reply(session, given, now)

        await site.deps.database.shared(work, key=f"event:{event.id}")
    except Problem as problem:
        typed = {name: str(form[name]) for name in FIELDS if name in form}
        return _page(request, await _open(request), problem, typed)
    return RedirectResponse(f"{request.url.path}?{'here' if pressed == HERE else 'kept'}=1", 303)


async def show_certificate(request: Request) -> Response:
    """A certificate of attendance for who holds the link, after the event."""
    invitation = await _open(request)
    return await hand_out(request, invitation.event, invitation.participant_id)


async def show_file(request: Request) -> Response:
    """A document of the event, for who holds the link."""
    invitation, name, deps = await _open(request), request.path_params["name"], site_of(request).deps
    event_id, is_over = invitation.event.id, invitation.event.is_over(deps.clock.now())
    found = await deps.database.aread(lambda session: read_document(session, event_id, name, is_over=is_over))
    if found is None:
        raise PageUnknown
    return documents_as_files(*found)


def _given(invitation: Invitation, pressed: str, form: FormData) -> Given:
    """The reply with what the page asks beside it; raises TooManyCompanions."""
    event = invitation.event
    more = {name: str(form[name]) for name in FIELDS if name in form}
    companions = None
    if "companions" in more and event.companions:
        typed = more["companions"].strip() or "0"
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 4):
            raise TooManyCompanions(most=event.companions)
        companions = int(typed)
    return Given(
        event.id,
        invitation.participant_id,
        pressed,
        Door.WEB,
        invited=True,
        companions=companions if pressed in MODES else None,
        substitute=more.get("substitute") if event.substitutes else None,
        needs=more.get("needs") if event.asks_needs else None,
    )


def _page(
    request: Request, invitation: Invitation, problem: Problem | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    site, event, desk = site_of(request), invitation.event, invitation.desk
    now, stand = site.deps.clock.now(), desk.stand
    is_over = now >= event.ends_at
    known = {"companions": str(stand.companions or 0), "substitute": stand.substitute, "needs": stand.needs}
    shows_code = stand.reply == Reply.IN_PERSON and not stand.came and not event.cancelled and not is_over
    code = site.deps.urls.door(code_for(site.deps.links, invitation.participant_id, event.id))
    registers, theirs = registers_now(event, now), {stand.reply, stand.waits_for}
    return site.page(
        request,
        "public/invitation.html",
        status=problem.status if problem else 200,
        event=event,
        stand=stand,
        instead=invitation.instead,
        reply=stand.reply,
        desk=desk,
        labels=LABELS,
        standing=STANDS,
        modes=MODE_NAMES,
        problem=problem,
        typed={**known, **(typed or {})},
        offers=[one for one in event.replies if one not in MODES or registers or one in theirs],
        rooms=lines_about(desk.rooms),
        other=other_mode(event, stand.waits_for) if stand.waits_for else None,
        alone=bool(stand.waits_for) and desk.rooms[stand.waits_for].holds(1),
        documents=invitation.documents,
        thanks=bool(stand.reply) and problem is None and "kept" in request.query_params,
        is_over=is_over,
        qr=drawing(code) if shows_code else "",
        follows=is_online_now(event, now) and stand.reply == Reply.ONLINE and not stand.came,
        follows_from=online_window(event)[0],
        here=stand.came == Reply.ONLINE and "here" in request.query_params,
        opens_later=event.opens_at is not None and now < event.opens_at,
        is_closed=event.closes_at is not None and event.closes_at <= now < event.starts_at,
        shows_link=event.shows_link(now),
        longest={"substitute": LONGEST, "needs": LONGEST_NEEDS},
        takes_replies=not event.cancelled and not is_over and bool(stand.reply or now < event.starts_at),
    )


def _instead(session: Session, event_id: int, person: int) -> str | None:
    try:
        return who_instead(session, event_id, person)
    except SubstituteNameless:
        return None


async def _open(request: Request) -> Invitation:
    """Raises LinkForged, LinkExpired, PersonErased, EventUnknown."""
    deps = site_of(request).deps
    now = deps.clock.now()
    numbers = deps.links.read(Purpose.RSVP, request.path_params["token"], now)
    if len(numbers) != 2:
        raise LinkForged
    participant_id, event_id = numbers

    def work(session: Session) -> Invitation:
        language, erased = look_up_reader(session, participant_id)
        if erased:
            raise PersonErased
        event, person = load_event(session, event_id), remaining(session, participant_id)
        office = load_office(session, event.office_id)
        files = documents_of(session, event_id, is_over=event.is_over(now))
        instead = _instead(session, event_id, person)
        return Invitation(event, person, desk_for(session, event, person), language, office, files, instead)

    invitation = await deps.database.aread(work)
    remember_reader(request, invitation.language, invitation.office)
    return invitation
