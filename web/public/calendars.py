"""Calendars to subscribe to and events to download. A program asks again and again: unchanged ones cost no bytes."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.errors import LinkForged
from core.links import Purpose, in_days
from core.process.events import load_event
from notifications.calendars.feeds import Linking, personal_feed, public_feed, single_event
from web.deps import WebDeps
from web.site import chosen_language, site_of

CALENDAR = "text/calendar; charset=utf-8"
LASTS_DAYS = 3650  # a subscription stays where it is; erasing the person ends it
FOR_MINUTES = "max-age=900"


def subscription(deps: WebDeps, participant_id: int) -> str:
    """Where a person's calendar stands."""
    expires = in_days(deps.clock.now(), LASTS_DAYS)
    return deps.urls.my_calendar(deps.links.sign(Purpose.CALENDAR, participant_id, expires=expires))


async def show_mine(request: Request) -> Response:
    """All events of one person; raises LinkForged, LinkExpired, PersonErased."""
    deps = site_of(request).deps
    (participant_id,) = _numbers(request, Purpose.CALENDAR, 1)
    now, linking = deps.clock.now(), Linking(deps.urls, deps.links)
    text = await deps.database.aread(lambda session: personal_feed(session, participant_id, linking, now))
    return _answer(request, text, f"private, {FOR_MINUTES}")


async def show_event(request: Request) -> Response:
    """One event, behind the link of an invitation; raises LinkForged, LinkExpired, PersonErased, EventUnknown."""
    deps = site_of(request).deps
    participant_id, event_id = _numbers(request, Purpose.RSVP, 2)
    now, linking = deps.clock.now(), Linking(deps.urls, deps.links)

    def work(session: Session) -> tuple[str, bytes]:
        slug = load_event(session, event_id).slug
        return slug, single_event(session, participant_id, event_id, linking, now)

    slug, text = await deps.database.aread(work)
    response = _answer(request, text, "private, no-cache")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return response


async def show_public(request: Request) -> Response:
    """The public events of an office or of one of its processes; raises CalendarUnknown."""
    deps, named = site_of(request).deps, request.path_params
    office, process, language = named["office"], named.get("process", ""), chosen_language(request)
    text = await deps.database.aread(lambda session: public_feed(session, office, process, language, deps.urls))
    return _answer(request, text, f"public, {FOR_MINUTES}")


def _numbers(request: Request, purpose: Purpose, count: int) -> tuple[int, ...]:
    deps = site_of(request).deps
    numbers = deps.links.read(purpose, request.path_params["token"], deps.clock.now())
    if len(numbers) != count:
        raise LinkForged
    return numbers


def _answer(request: Request, text: bytes, kept: str) -> Response:
    """The calendar, or word that the one that is known still stands (RFC 9110, section 13.1.2)."""
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": kept}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=CALENDAR, headers=headers)
