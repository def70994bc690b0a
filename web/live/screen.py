"""The screen of a room, to be read from its last row, and the feed that keeps its pages up to date."""

from __future__ import annotations

import segno
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from core.i18n import pick_text, translator
from core.process.room.board import Asked, shown_questions
from core.process.room.rooms import RoomFacts, find_room
from core.staff.roles import Permission
from web.console.form_tokens import form_token
from web.live.feeds import Feeds
from web.live.polls import Remote, staff_of, staged
from web.public.store import load_office
from web.site import OfficeName, language_of, remember_reader, site_of

AT_ONCE = 7  # questions that a screen holds


async def show(request: Request) -> Response:
    site = site_of(request)
    room, asked, office, runs = await site.deps.database.aread(lambda session: _load(session, request))
    remember_reader(request, "", office)
    language = translator(language_of(request)).language
    shown = await site.deps.database.aread(lambda session: staged(session, site, room.event.id, language))
    address = site.deps.urls.room(room.code)
    return site.page(
        request,
        "live/screen.html",
        room=room,
        title=pick_text(room.event.title, language_of(request)),
        answering=next((one for one in asked if one.answering), None),
        waiting=[one for one in asked if not one.answering][:AT_ONCE],
        most=AT_ONCE,
        is_open=room.takes_questions(site.deps.clock.now()),
        address=address.partition("://")[2],
        shown=shown,
        remote=Remote(f"/console/events/{room.event.id}/stage", form_token(request)) if runs else None,
        qr=segno.make(address, micro=False).svg_data_uri(border=2, scale=8),
    )


async def feed(request: Request) -> Response:
    """Server-sent events of a room: `questions`, and `version` for who reads the rest anew."""
    site, code = site_of(request), request.path_params["code"]
    feeds: Feeds = request.app.state.feeds
    room = await site.deps.database.aread(lambda session: find_room(session, code))
    if feeds.is_full:
        return Response(status_code=204)  # tells an EventSource to ask no more
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(feeds.follow(room.event.id), media_type="text/event-stream", headers=headers)


def _load(session: Session, request: Request) -> tuple[RoomFacts, list[Asked], OfficeName, bool]:
    room, staff = find_room(session, request.path_params["code"]), staff_of(session, request)
    runs = staff is not None and staff.may(Permission.RUN_ROOMS, room.event.office_id)
    return room, shown_questions(session, room.event.id), load_office(session, room.event.office_id), runs
