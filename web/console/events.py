"""An event in the console: how many come, who, and a reply entered for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.ids import read_id
from core.people.store import membership
from core.process.attendance import Given, TooManyCompanions, reply
from core.process.door.listing import Numbers, numbers
from core.process.door.window import opens_at
from core.process.event_files import Document, documents_of
from core.process.events import EventFacts, EventUnknown, load_event
from core.process.replies import NO_REPLY, Door, Reply
from core.process.seating import rooms_of
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.intake.attending import confirm_entered
from web.console import attendance_store
from web.console.attendance_store import Guest, Heads
from web.console.delegations import Delegation, delegations
from web.console.errors import NothingHere
from web.console.page import console_page, page_number
from web.console.store import PAGE
from web.site import site_of

LISTED = (*(one.value for one in Reply), NO_REPLY)


@dataclass(frozen=True)
class EventView:
    """What the page shows; `guests`, `found` and `delegations` are empty for who may not see people."""

    event: EventFacts
    came: Numbers
    counts: Mapping[str, int]
    heads: tuple[Heads, ...]
    documents: tuple[Document, ...]
    wanted: str
    guests: tuple[Guest, ...]
    found: tuple[Guest, ...]
    delegations: tuple[Delegation, ...]
    sees_people: bool
    enters_replies: bool
    manages: bool

    @property
    def delegations_that_replied(self) -> int:
        return sum(1 for one in self.delegations if one.replied)


async def show(request: Request, staff: Staff) -> Response:
    """`?reply=` lists those with one reply only, `?find=` looks for people to enter a reply for."""
    return await show_page(request, staff)


async def enter(request: Request, staff: Staff) -> Response:
    """Keeps what somebody told the office; what stands in the way is said on the page."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    form, now = await request.form(), deps.clock.now()
    person = str(form.get("person", ""))

    def work(session: Session) -> None:
        event = find_event(session, staff, event_id)
        staff.need(Permission.ENTER_ANSWERS, event.office_id)
        keep_reply(session, staff, event, (person, form), now)

    try:
        await deps.database.shared(work, key=f"event:{event_id}")
    except NothingHere:
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await show_page(request, staff, problem)
    return RedirectResponse(f"/console/events/{event_id}?kept=1", 303)


def keep_reply(session: Session, staff: Staff, event: EventFacts, told: tuple[str, FormData], now: datetime) -> None:
    """Keeps a reply with what the form says beside it; raises what core.process.attendance raises."""
    person, form = told
    number = read_id(person)
    if number is None or membership(session, event.office_id, number) is None:
        raise NothingHere  # whoever other offices know is nobody here
    companions = str(form.get("companions", "")).strip()
    if companions and read_id(companions) is None:
        raise TooManyCompanions(most=event.companions)
    given = Given(
        event.id,
        number,
        str(form.get("reply", "")),
        Door.STAFF,
        companions=int(companions) if companions and event.companions else None,
        substitute=str(form["substitute"]) if "substitute" in form else None,
        needs=str(form["needs"]) if "needs" in form else None,
    )
    kept = reply(session, given, now)
    if kept.written:
        act = Act("attendance.entered", f"attendance:{kept.attendance_id}", staff.account_id, event.office_id)
        record(session, act, now)
        confirm_entered(session, number, event, kept, now)


async def show_page(request: Request, staff: Staff, problem: Problem | None = None) -> Response:
    """The event's page, with what stood in the way of an act."""
    event_id, page = int(request.path_params["event_id"]), page_number(request)
    wanted, find = wanted_reply(request), request.query_params.get("find", "")
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
        door_is_open=site_of(request).deps.clock.now() >= opens_at(view.event),
        kept="kept" in request.query_params,
    )


def wanted_reply(request: Request) -> str:
    """`?reply=`, "" for all."""
    asked = request.query_params.get("reply", "")
    return asked if asked in LISTED else ""


def find_event(session: Session, staff: Staff, event_id: int) -> EventFacts:
    """Raises NothingHere."""
    try:
        event = load_event(session, event_id)
    except EventUnknown as error:
        raise NothingHere from error
    if not staff.may(Permission.SEE_RESULTS, event.office_id):
        raise NothingHere
    return event


def _load(session: Session, staff: Staff, event_id: int, asked: tuple[str, str, int]) -> EventView:
    wanted, find, page = asked
    event = find_event(session, staff, event_id)
    sees, enters, manages = (
        staff.may(one, event.office_id)
        for one in (Permission.SEE_PEOPLE, Permission.ENTER_ANSWERS, Permission.MANAGE_EVENTS)
    )
    seats = {mode: room.seats for mode, room in rooms_of(session, event).items()}
    return EventView(
        event=event,
        came=numbers(session, event_id),
        counts=attendance_store.counts(session, event),
        heads=tuple(attendance_store.heads(session, event, seats)),
        documents=documents_of(session, event_id),
        wanted=wanted,
        guests=tuple(attendance_store.guests(session, event, wanted, page)) if sees else (),
        found=tuple(attendance_store.find_members(session, event, find)) if enters and sees else (),
        delegations=tuple(delegations(session, event)) if sees and event.kind == "meeting" else (),
        sees_people=sees,
        enters_replies=enters and sees,
        manages=manages,
    )
