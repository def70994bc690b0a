"""The screen of a poll, `/live/<code>`, and the streams that move it and the screen of a room."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from core.i18n import pick_text, translator
from core.process.room.rooms import find_room
from core.process.tables import Event
from core.staff.accounts import Staff, whose_session
from core.staff.roles import Permission
from surveys.polls.errors import PollUnknown
from surveys.polls.kinds import State
from surveys.polls.poll import Poll
from surveys.polls.screens import mark_of, on_screen
from surveys.polls.store import find_to_show, load_poll
from web.console.form_tokens import cookie_name, form_token
from web.live.feeds import Feeds, Look, Told, one_line
from web.live.stage import empty, stage
from web.public.store import load_office
from web.site import OfficeName, Site, language_of, remember_reader, site_of

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class Remote:
    """What keys on the screen do for whoever is signed in and may: where they post, with which token."""

    action: str
    token: str


@dataclass(frozen=True)
class _Screen:
    poll: Poll
    office: OfficeName
    event: dict[str, str]
    runs: bool


async def show(request: Request) -> Response:
    site = site_of(request)
    found = await site.deps.database.aread(lambda session: _find(session, request))
    remember_reader(request, "", found.office)
    language = translator(language_of(request)).language
    content = await site.deps.database.aread(lambda session: stage(session, site, found.poll, language))
    return site.page(
        request,
        "live/poll.html",
        poll=found.poll,
        title=pick_text(found.event, language),
        stage=content,
        remote=Remote(f"/console/polls/{found.poll.id}/stage", form_token(request)) if found.runs else None,
    )


async def feed(request: Request) -> Response:
    """Server-sent events of a poll: `stage`, its part of the screen."""
    site, language = site_of(request), translator(language_of(request)).language
    found = await site.deps.database.aread(lambda session: _find(session, request))
    poll_id = found.poll.id
    return _stream(request, ("poll", poll_id, language), partial(_look_at_poll, site, poll_id, language))


async def room_feed(request: Request) -> Response:
    """Server-sent events of a room's screen: `stage`, empty while it shows the questions."""
    site, code, language = site_of(request), request.path_params["code"], translator(language_of(request)).language
    room = await site.deps.database.aread(lambda session: find_room(session, code))
    event_id = room.event.id
    return _stream(request, ("stage", event_id, language), partial(_look_at_room, site, event_id, language))


def staged(session: Session, site: Site, event_id: int, language: str) -> dict[str, Any]:
    """The poll that the screen of an event's room shows: `poll` is 0 and `html` empty for the questions."""
    poll_id = on_screen(session, event_id)
    if poll_id is None:
        return empty()
    return {"poll": poll_id, "html": stage(session, site, load_poll(session, poll_id), language)}


def staff_of(session: Session, request: Request) -> Staff | None:
    """Who is signed in to the console in this browser."""
    deps = site_of(request).deps
    token = request.cookies.get(cookie_name(deps), "")
    return whose_session(session, token, deps.machine.now()) if token else None


def _stream(request: Request, key: Hashable, look: Look) -> Response:
    feeds: Feeds = request.app.state.feeds
    if feeds.is_full:
        return Response(status_code=204)  # tells an EventSource to ask no more; the page is loaded anew
    return StreamingResponse(feeds.follow_any(key, look), media_type="text/event-stream", headers=HEADERS)


def _look_at_poll(site: Site, poll_id: int, language: str, known: Hashable, session: Session) -> Told:
    poll = load_poll(session, poll_id)
    mark = mark_of(session, poll, site.deps.clock.now())
    if mark == known:
        return mark, {}
    return mark, {"stage": one_line({"poll": poll_id, "html": stage(session, site, poll, language)})}


def _look_at_room(site: Site, event_id: int, language: str, known: Hashable, session: Session) -> Told:
    poll_id = on_screen(session, event_id)
    if poll_id is None:
        return (0,), {"stage": one_line(empty())}
    return _look_at_poll(site, poll_id, language, known, session)


def _find(session: Session, request: Request) -> _Screen:
    """Raises PollUnknown, for others than staff also for a draft."""
    poll, staff = find_to_show(session, request.path_params["code"]), staff_of(session, request)
    runs = staff is not None and staff.may(Permission.MANAGE_POLLS, poll.office_id)
    if poll.state is State.DRAFT and not runs:
        raise PollUnknown
    event_id = poll.definition.event_id
    event = session.get(Event, event_id) if event_id is not None else None
    return _Screen(poll, load_office(session, poll.office_id), dict(event.title) if event is not None else {}, runs)
