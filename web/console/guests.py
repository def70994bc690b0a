"""One guest of an event and what staff do for them; the list of guests as a file and to be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import Translator, pick_text, translator
from core.process.events import EventFacts
from core.process.line import move_up, offer_place, take_off
from core.process.seating import how_stands
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console import attendance_store
from web.console.attendance_store import Guest
from web.console.delegations import delegations, invite_substitute
from web.console.errors import ActUnknown, NothingHere
from web.console.events import find_event, keep_reply, wanted_reply
from web.console.page import console_page
from web.console.sheets import Sheets, TakenAlong, format_named, take_along
from web.console.words import DOORS, REPLIES
from web.site import site_of
from web.written import write_moment

ACTS = {"offer": "attendance.offered", "up": "attendance.moved-up", "off": "attendance.taken-off"}
FIELDS = ("companions", "substitute", "needs")


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def enter(request: Request, staff: Staff) -> Response:
    """Keeps a reply with everything beside it; what stands in the way is said with what was typed."""
    deps, now = site_of(request).deps, site_of(request).deps.clock.now()
    event_id, person = int(request.path_params["event_id"]), int(request.path_params["person"])
    form = await request.form()

    def work(session: Session) -> None:
        event = _enters(session, staff, event_id)
        keep_reply(session, staff, event, (str(person), form), now)

    try:
        await deps.database.shared(work, key=f"event:{event_id}")
    except NothingHere:
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await _page(request, staff, problem, {name: str(form[name]) for name in FIELDS if name in form})
    return RedirectResponse(f"{_here(request)}?kept=1", 303)


async def act(request: Request, staff: Staff) -> Response:
    """Offers a place, moves to the front, or takes off the waiting list; raises ActUnknown."""
    deps, name = site_of(request).deps, request.path_params["act"]
    event_id, person = int(request.path_params["event_id"]), int(request.path_params["person"])
    now = deps.clock.now()
    if name not in ACTS:
        raise ActUnknown

    def work(session: Session) -> None:
        event = _enters(session, staff, event_id)
        _guest(session, event, person)
        attendance_id = WORK[name](session, event_id, person, now)
        noted = Act(ACTS[name], f"attendance:{attendance_id}", staff.account_id, event.office_id)
        record(session, noted, now)

    try:
        await deps.database.shared(work, key=f"event:{event_id}")
    except (NothingHere, ActUnknown):
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await _page(request, staff, problem)
    return RedirectResponse(f"{_here(request)}?kept=1", 303)


async def invite(request: Request, staff: Staff) -> Response:
    """Invites an organisation's substitute in the place of whoever declined."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    form, now = await request.form(), deps.clock.now()
    person = str(form.get("person", ""))

    def work(session: Session) -> bool:
        event = find_event(session, staff, event_id)
        staff.need(Permission.MANAGE_EVENTS, event.office_id)
        for one in delegations(session, event):
            for substitute in one.to_invite:
                if str(substitute.participant_id) == person:
                    invite_substitute(session, event, one, substitute.participant_id, now)
                    noted = Act("attendance.invited", f"event:{event_id}", staff.account_id, event.office_id)
                    record(session, noted, now)
                    return True
        return False  # invited already, or whoever declined comes after all

    done = await deps.database.shared(work, key=f"event:{event_id}")
    return RedirectResponse(f"/console/events/{event_id}{'?kept=1' if done else ''}#organisations", 303)


async def print_list(request: Request, staff: Staff) -> Response:
    """All guests on one page, to be printed."""
    event_id, wanted = int(request.path_params["event_id"]), wanted_reply(request)

    def work(session: Session) -> tuple[EventFacts, list[Guest]]:
        event = _sees(session, staff, event_id)
        return event, list(attendance_store.every_guest(session, event, wanted))

    event, rows = await site_of(request).deps.database.aread(work)
    return console_page(request, staff, "console/event_list.html", event=event, rows=rows, wanted=wanted)


async def export(request: Request, staff: Staff) -> Response:
    """The list as a file."""
    event_id, wanted, t = int(request.path_params["event_id"]), wanted_reply(request), translator(staff.language)
    along = TakenAlong("attendance.exported", format_named(request.path_params["form"]))

    def read(session: Session) -> tuple[EventFacts, Sheets]:
        event = _sees(session, staff, event_id)
        staff.need(Permission.EXPORT_RESULTS, event.office_id)
        rows = _table(event, attendance_store.every_guest(session, event, wanted), t)
        return event, {pick_text(event.title, t.language): rows}

    return await take_along(request, staff, along, read)


def _table(event: EventFacts, rows: Iterator[Guest], t: Translator) -> Iterator[list[str | int]]:
    names = (
        t("Name"), t("Reference"), t("Organisation"), t("Reply"), t("Companions"), t("Comes instead"),
        t("Needs"), t("Waits for"), t("Waiting since"), t("Place kept until"), t("How"), t("When"),
    )  # fmt: skip
    yield list(names)

    def moment(at: datetime | None) -> str:
        return write_moment(at, t.language, event.time_zone) if at else ""

    for one in rows:
        yield [
            one.name, one.reference, one.organisation, t(REPLIES[one.reply or "none"]), one.companions,
            one.substitute, one.needs, t(REPLIES[one.waits_for]) if one.waits_for else "", moment(one.waiting_since),
            moment(one.offered_until), t(DOORS[one.door]) if one.door else "", moment(one.at),
        ]  # fmt: skip


async def _page(
    request: Request, staff: Staff, problem: Problem | None = None, typed: dict[str, str] | None = None
) -> Response:
    event_id, person = int(request.path_params["event_id"]), int(request.path_params["person"])

    def work(session: Session) -> tuple[EventFacts, Guest, int]:
        event = _enters(session, staff, event_id)
        guest = _guest(session, event, person)
        return event, guest, how_stands(session, event_id, person).place

    event, guest, place = await site_of(request).deps.database.aread(work)
    known = {"companions": str(guest.companions), "substitute": guest.substitute, "needs": guest.needs}
    return console_page(
        request,
        staff,
        "console/guest.html",
        status=problem.status if problem else 200,
        event=event,
        guest=guest,
        place=place,
        here=_here(request),
        typed=known | (typed or {}),
        problem=problem,
        kept="kept" in request.query_params,
    )


def _guest(session: Session, event: EventFacts, person: int) -> Guest:
    """Raises NothingHere."""
    found = attendance_store.one_guest(session, event, person)
    if found is None:
        raise NothingHere
    return found


def _sees(session: Session, staff: Staff, event_id: int) -> EventFacts:
    event = find_event(session, staff, event_id)
    staff.need(Permission.SEE_PEOPLE, event.office_id)
    return event


def _enters(session: Session, staff: Staff, event_id: int) -> EventFacts:
    event = _sees(session, staff, event_id)
    staff.need(Permission.ENTER_ANSWERS, event.office_id)
    return event


def _here(request: Request) -> str:
    return f"/console/events/{request.path_params['event_id']}/people/{request.path_params['person']}"


WORK: dict[str, Callable[[Session, int, int, datetime], int]] = {
    "offer": offer_place,
    "up": move_up,
    "off": take_off,
}
