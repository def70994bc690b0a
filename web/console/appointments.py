"""The appointments of an event: interviewers with their times, who has which slot, and each interviewer's own list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.addresses import is_https
from core.errors import Problem
from core.i18n import translator
from core.people.store import membership
from core.process.appointments import booking, interviewers
from core.process.appointments.booking import Asking
from core.process.appointments.errors import InterviewerWrong
from core.process.appointments.interviewers import NewInterviewer
from core.process.appointments.reading import SlotView, all_slots
from core.process.appointments.reading import interviewers as interviewers_of
from core.process.appointments.slots import read_window
from core.process.appointments.tables import Interviewer
from core.process.events import EventFacts, load_event
from core.process.replies import Door
from core.spreadsheet import safe_cell
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from core.staff.tables import Account, Grant
from web.console.errors import ActUnknown, LinkWrong, NothingHere
from web.console.event_page import event_for, number_of
from web.console.page import console_page
from web.console.people import search
from web.console.times import read_windows
from web.site import site_of

NUMBERS = ("minutes", "before", "after")


@dataclass(frozen=True)
class AppointmentsView:
    event: EventFacts
    interviewers: Sequence[Interviewer]
    accounts: list[tuple[int, str]]
    slots: list[SlotView]
    hours: int
    found: list[Any]

    @property
    def days(self) -> list[tuple[date, list[SlotView]]]:
        return [(day, list(slots)) for day, slots in groupby(self.slots, lambda one: one.day)]

    def free(self, now: datetime) -> list[SlotView]:
        return [one for one in self.slots if one.appointment_id is None and not one.blocked and one.starts_at > now]


@dataclass(frozen=True)
class Doing:
    """An act of staff on an event's appointments, with the numbers and texts they sent."""

    event: EventFacts
    staff: Staff
    sent: Mapping[str, str]
    now: datetime

    def number(self, name: str) -> int:
        """Raises NothingHere."""
        return number_of(self.sent.get(name, ""))


async def show(request: Request, staff: Staff) -> Response:
    """`?find=` looks for somebody to have a slot."""
    return await _page(request, staff)


async def act(request: Request, staff: Staff) -> Response:
    """What stands in the way is said on the page."""
    deps, event_id, name = site_of(request).deps, int(request.path_params["event_id"]), request.path_params["act"]
    sent = {str(key): str(value) for key, value in (await request.form()).items()}
    now, do = deps.clock.now(), ACTS.get(name)
    if do is None:
        raise ActUnknown

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.MANAGE_EVENTS)
        did, subject = do(session, Doing(event, staff, sent, now))
        record(session, Act(did, subject, staff.account_id, event.office_id, {"event": event_id}), now)

    try:
        await deps.database.shared(work, key=f"appointments:{event_id}")
    except NothingHere:
        raise
    except Problem as problem:
        if problem.status == 403:
            raise
        return await _page(request, staff, problem, sent)
    return RedirectResponse(f"/console/events/{event_id}/appointments?done={name}", 303)


async def list_one(request: Request, staff: Staff) -> Response:
    """An interviewer's list, made to be printed; also for the interviewer themselves."""
    one, event, slots = await _own(request, staff)
    booked = [slot for slot in slots if slot.appointment_id is not None]
    return console_page(
        request,
        staff,
        "console/interviewer.html",
        one=one,
        event=event,
        slots=booked,
        now=site_of(request).deps.clock.now(),
    )


async def export(request: Request, staff: Staff) -> Response:
    """The list as CSV; the act is in the audit log before the first byte."""
    deps = site_of(request).deps
    one, event, slots = await _own(request, staff)
    now, t = deps.clock.now(), translator(staff.language)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [t("Day"), t("From"), t("Until"), t("Name"), t("Place"), t("Address to take part online"), t("Held")]
    )
    held = {"held": t("held"), "not-held": t("not held"), "": ""}
    for slot in slots:
        if slot.appointment_id is not None:
            row = [slot.day.isoformat(), f"{slot.starts:%H:%M}", f"{slot.ends:%H:%M}", slot.name, slot.place, slot.link]
            writer.writerow([*map(safe_cell, row), held[slot.held]])
    done = Act("appointments.exported", f"interviewer:{one.id}", staff.account_id, event.office_id, {"event": event.id})
    await deps.database.shared(lambda session: record(session, done, now))
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}-{one.id}-{now:%Y-%m-%d}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _interviewer(session: Session, doing: Doing) -> tuple[str, str]:
    """Added, or changed where `interviewer` says which. Raises InterviewerWrong, InterviewerKnown, WindowsWrong,
    EndsBeforeStart, DayTooFar."""
    sent = doing.sent
    numbers = {name: sent.get(name, "").strip() or "0" for name in NUMBERS}
    if not all(text.isascii() and text.isdecimal() and len(text) < 5 for text in numbers.values()):
        raise InterviewerWrong
    account = doing.number("account") if sent.get("account") else None
    if account is not None and account not in {number for number, _ in _accounts(session, doing.event.office_id)}:
        raise NothingHere
    link = sent.get("link", "").strip()[:500]
    if link and not is_https(link):
        raise LinkWrong
    new = NewInterviewer(
        name=sent.get("name", "").strip(),
        available=read_windows(sent.get("available", ""), doing.now),
        place=sent.get("place", "").strip()[:200],
        link=link,
        account_id=account,
        **{name: int(text) for name, text in numbers.items()},
    )
    known = doing.number("interviewer") if sent.get("interviewer") else None
    if known is not None and known not in {one.id for one in interviewers_of(session, doing.event.id)}:
        raise NothingHere
    kept = interviewers.change_interviewer(session, doing.event.id, new, known, doing.now)
    return "interviewer.kept", f"interviewer:{kept}"


def _hours(session: Session, doing: Doing) -> tuple[str, str]:
    interviewers.set_change_hours(session, doing.event.id, min(doing.number("hours"), 720))
    return "slots.hours", f"event:{doing.event.id}"


def _block(session: Session, doing: Doing) -> tuple[str, str]:
    booking.block(session, doing.event.id, doing.number("slot"), blocked=True)
    return "slot.blocked", f"slot:{doing.number('slot')}"


def _open(session: Session, doing: Doing) -> tuple[str, str]:
    booking.block(session, doing.event.id, doing.number("slot"), blocked=False)
    return "slot.opened", f"slot:{doing.number('slot')}"


def _book(session: Session, doing: Doing) -> tuple[str, str]:
    made = booking.choose(session, _asking(session, doing), doing.number("slot"), doing.now)
    return "appointment.chosen", f"appointment:{made}"


def _cancel(session: Session, doing: Doing) -> tuple[str, str]:
    number = doing.number("appointment")
    booking.cancel(session, _asking(session, doing), doing.now, number)
    return "appointment.cancelled", f"appointment:{number}"


def _held(session: Session, doing: Doing) -> tuple[str, str]:
    number = doing.number("appointment")
    booking.mark_held(session, doing.event.id, number, doing.sent.get("held", ""), doing.now)
    return "appointment.held", f"appointment:{number}"


ACTS: dict[str, Callable[[Session, Doing], tuple[str, str]]] = {
    "interviewer": _interviewer,
    "hours": _hours,
    "block": _block,
    "open": _open,
    "book": _book,
    "cancel": _cancel,
    "held": _held,
}


def _asking(session: Session, doing: Doing) -> Asking:
    """Of the office's own people, or of who has a slot already."""
    person = doing.number("person")
    has_one = booking.standing(session, doing.event.id, person) is not None
    if not has_one and membership(session, doing.event.office_id, person) is None:
        raise NothingHere
    return Asking(doing.event.id, person, Door.STAFF, invited=has_one)


async def _page(
    request: Request, staff: Staff, problem: Problem | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    event_id, find = int(request.path_params["event_id"]), request.query_params.get("find", "")
    deps = site_of(request).deps

    def work(session: Session) -> AppointmentsView:
        event = event_for(session, staff, event_id, Permission.MANAGE_EVENTS)
        return AppointmentsView(
            event=event,
            interviewers=interviewers_of(session, event_id),
            accounts=_accounts(session, event.office_id),
            slots=all_slots(session, event_id),
            hours=interviewers.change_hours(session, event_id),
            found=list(session.execute(search(event.office_id, find))),
        )

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/appointments.html",
        status=problem.status if problem else 200,
        view=view,
        find=find,
        now=deps.clock.now(),
        free=view.free(deps.clock.now()),
        lines=_lines,
        typed=dict(typed or {}),
        problem=problem,
        done=request.query_params.get("done", "") in ACTS,
    )


def _lines(one: Interviewer) -> str:
    """When somebody has time, as it is written in the form."""
    windows = [read_window(raw) for raw in one.available]
    return "\n".join(f"{each.day} {each.begins:%H:%M}-{each.until:%H:%M}" for each in windows)


async def _own(request: Request, staff: Staff) -> tuple[Interviewer, EventFacts, list[SlotView]]:
    """For who manages the office's events, or is the interviewer; raises NothingHere."""
    event_id, number = int(request.path_params["event_id"]), int(request.path_params["interviewer_id"])

    def work(session: Session) -> tuple[Interviewer, EventFacts, list[SlotView]]:
        one = session.get(Interviewer, number)
        if one is None or one.event_id != event_id:
            raise NothingHere
        event = load_event(session, event_id)
        is_theirs = one.account_id == staff.account_id and event.office_id in staff.roles
        if not is_theirs and not staff.may(Permission.MANAGE_EVENTS, event.office_id):
            raise NothingHere
        return one, event, all_slots(session, event_id, number)

    return await site_of(request).deps.database.aread(work)


def _accounts(session: Session, office_id: int) -> list[tuple[int, str]]:
    """Who works for the office and can sign in."""
    found = select(Account.id, Account.name).join(Grant, Grant.account_id == Account.id)
    mine = found.where(Grant.office_id == office_id, Account.disabled_at.is_(None)).order_by(Account.name, Account.id)
    return [(row.id, row.name) for row in session.execute(mine)]
