"""An event in the console: how many come, who, and a reply entered for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.people.store import membership
from core.process.attendance import Given, reply
from core.process.events import EventFacts, EventUnknown, load_event
from core.process.replies import NO_REPLY, Door, Reply
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console import attendance_store
from web.console.attendance_store import Guest
from web.console.errors import NothingHere
from web.console.page import console_page, page_number
from web.console.store import PAGE
from web.site import site_of

LISTED = (*(one.value for one in Reply), NO_REPLY)


@dataclass(frozen=True)
class EventView:
    """What the page shows; `guests` and `found` are empty for who may not see people."""

    event: EventFacts
    counts: Mapping[str, int]
    wanted: str
    guests: tuple[Guest, ...]
    found: tuple[Guest, ...]
    sees_people: bool
    enters_replies: bool


async def show(request: Request, staff: Staff) -> Response:
    """`?reply=` lists those with one reply only, `?find=` looks for people to enter a reply for."""
    return await _page(request, staff)


async def enter(request: Request, staff: Staff) -> Response:
    """Keeps what somebody told the office; what stands in the way is said on the page."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    form, now = await request.form(), deps.clock.now()
    person, said = str(form.get("person", "")), str(form.get("reply", ""))

    def work(session: Session) -> None:
        event = _event(session, staff, event_id)
        staff.need(Permission.ENTER_ANSWERS, event.office_id)
        _keep(session, staff, event, (person, said), now)

    try:
        await deps.database.shared(work, key=f"participant:{person}")
    except NothingHere:
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await _page(request, staff, problem)
    return RedirectResponse(f"/console/events/{event_id}?kept=1", 303)


def _keep(session: Session, staff: Staff, event: EventFacts, told: tuple[str, str], now: datetime) -> None:
    person, said = told
    if not (person.isascii() and person.isdecimal() and len(person) < 18):
        raise NothingHere
    if membership(session, event.office_id, int(person)) is None:  # whoever other offices know is nobody here
        raise NothingHere
    kept = reply(session, Given(event.id, int(person), said, Door.STAFF), now)
    if kept.changed:
        act = Act("attendance.entered", f"attendance:{kept.attendance_id}", staff.account_id, event.office_id)
        record(session, act, now)


async def _page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    event_id, page = int(request.path_params["event_id"]), page_number(request)
    asked = request.query_params.get("reply", "")
    wanted, find = asked if asked in LISTED else "", request.query_params.get("find", "")
    view = await site_of(request).deps.database.aread(
        lambda session: _load(session, staff, event_id, (wanted, find, page))
    )
    return console_page(
        request,
        staff,
        "console/event.html",
        status=problem.status if problem else 200,
        view=view,
        listed=LISTED,
        find=find,
        page=page,
        more=len(view.guests) > PAGE,
        rows=view.guests[:PAGE],
        problem=problem,
        kept="kept" in request.query_params,
    )


def _load(session: Session, staff: Staff, event_id: int, asked: tuple[str, str, int]) -> EventView:
    wanted, find, page = asked
    event = _event(session, staff, event_id)
    sees, enters = (staff.may(one, event.office_id) for one in (Permission.SEE_PEOPLE, Permission.ENTER_ANSWERS))
    return EventView(
        event=event,
        counts=attendance_store.counts(session, event),
        wanted=wanted,
        guests=tuple(attendance_store.guests(session, event, wanted, page)) if sees else (),
        found=tuple(attendance_store.find_members(session, event, find)) if enters and sees else (),
        sees_people=sees,
        enters_replies=enters and sees,
    )


def _event(session: Session, staff: Staff, event_id: int) -> EventFacts:
    """Raises NothingHere."""
    try:
        event = load_event(session, event_id)
    except EventUnknown as error:
        raise NothingHere from error
    if not staff.may(Permission.SEE_RESULTS, event.office_id):
        raise NothingHere
    return event
