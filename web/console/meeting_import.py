"""The attendance list of an online meeting, read in: first looked at, then noted; read in again it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.ids import read_id
from core.links import Purpose
from core.process.door.errors import ListUnread
from core.process.door.matching import Match, match, note
from core.process.door.meeting_list import Attendee, NoList, read_list
from core.process.events import EventFacts
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console.errors import ActUnknown, FileMissing
from web.console.event_page import event_for
from web.console.page import console_page
from web.site import site_of

USUAL_MINUTES, MOST_MINUTES = 10, 1440
LARGEST = 5 * 1024 * 1024


async def ask(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def look(request: Request, staff: Staff) -> Response:
    """Shows whom a list means; nothing is noted by it."""
    form = await request.form()
    file, least = form.get("file"), _minutes(form.get("minutes"))
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise FileMissing
        content = await file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ListUnread
        found = read_list(content)
    except NoList:
        return await _page(request, staff, ListUnread(), least=least)
    except Problem as problem:
        return await _page(request, staff, problem, least=least)
    finally:
        await form.close()
    return await _page(request, staff, found=found, least=least)


async def keep(request: Request, staff: Staff) -> Response:
    """Notes those who were found by address, and those found by name whom staff have ticked."""
    deps, event_id, form = site_of(request).deps, int(request.path_params["event_id"]), await request.form()
    found, least = _unseal(request, event_id, str(form.get("list", ""))), _minutes(form.get("minutes"))
    ticked, now = {read_id(one) for one in form.getlist("person")}, deps.clock.now()

    def work(session: Session) -> int:
        event = _event(session, staff, event_id)
        matches = [one for one in match(session, event, found, least) if one.participant_id in ticked]
        new = note(session, event, matches, now)
        noted = Act("door.imported", f"event:{event_id}", staff.account_id, event.office_id, {"people": new})
        record(session, noted, now)
        return new

    try:
        new = await deps.database.shared(work, key=f"event:{event_id}")
    except Problem as problem:
        if problem.status in {403, 404}:
            raise
        return await _page(request, staff, problem, found=found, least=least)
    return RedirectResponse(f"/console/events/{event_id}/came?noted={new}", 303)


async def _page(
    request: Request,
    staff: Staff,
    problem: Problem | None = None,
    found: Sequence[Attendee] = (),
    least: int = USUAL_MINUTES,
) -> Response:
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])

    def work(session: Session) -> tuple[EventFacts, list[Match]]:
        event = _event(session, staff, event_id)
        return event, match(session, event, found, least)

    event, matches = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/meeting_import.html",
        status=problem.status if problem else 200,
        event=event,
        problem=problem,
        least=least,
        most=MOST_MINUTES,
        looked=bool(found),
        sealed=_seal(request, event_id, found) if found else "",
        by_email=[one for one in matches if one.by == "email" and one.is_long_enough],
        by_name=[one for one in matches if one.by == "name" and one.is_long_enough],
        too_short=[one for one in matches if one.by and not one.is_long_enough],
        unmatched=[one for one in matches if not one.by],
    )


def _event(session: Session, staff: Staff, event_id: int) -> EventFacts:
    event = event_for(session, staff, event_id, Permission.CHECK_IN)
    staff.need(Permission.SEE_PEOPLE, event.office_id)
    return event


def _seal(request: Request, event_id: int, found: Sequence[Attendee]) -> str:
    """The list as it was read, carried by the page: what is noted is what was looked at."""
    rows = [[one.name, one.email, one.minutes, one.joined.isoformat() if one.joined else None] for one in found]
    data = json.dumps([event_id, rows], ensure_ascii=False).encode()
    return site_of(request).deps.links.seal(Purpose.MEETING_LIST, data)


def _unseal(request: Request, event_id: int, text: str) -> list[Attendee]:
    """Raises LinkForged; a list that was looked at for another event is none here."""
    of, rows = json.loads(site_of(request).deps.links.unseal(Purpose.MEETING_LIST, text))
    if of != event_id:
        raise ActUnknown
    return [
        Attendee(name, email, minutes, datetime.fromisoformat(joined) if joined else None)
        for name, email, minutes, joined in rows
    ]


def _minutes(text: object) -> int:
    found = read_id(text if text is not None else "")
    return min(found, MOST_MINUTES) if found is not None else USUAL_MINUTES
