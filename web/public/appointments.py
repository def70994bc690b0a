"""Somebody's appointment: chosen among the free times, moved, cancelled. A look changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged
from core.i18n import translator
from core.links import Purpose
from core.people.errors import PersonErased
from core.people.store import remaining
from core.process.appointments.booking import Asking, cancel, changes_until, choose
from core.process.appointments.errors import SlotUnknown
from core.process.appointments.interviewers import change_hours
from core.process.appointments.reading import AppointmentFacts, SlotView, appointment_of, free_slots, wheres
from core.process.events import EventFacts, load_event
from core.process.replies import Door
from web.public.store import load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of

CANCEL = "cancel"
SLOT = "slot-"


@dataclass(frozen=True)
class Invited:
    """A signed link opened: the event, the free times, and this person's own."""

    event: EventFacts
    participant_id: int
    mine: AppointmentFacts | None
    free: list[SlotView]
    until: datetime | None  # mine can be moved or cancelled
    hours: int
    language: str
    office: OfficeName

    @property
    def days(self) -> list[tuple[date, list[SlotView]]]:
        return [(day, list(times)) for day, times in groupby(self.free, lambda one: one.day)]


async def show(request: Request) -> Response:
    site, invited = site_of(request), await _open(request)
    now, mine = site.deps.clock.now(), invited.mine
    return site.page(
        request,
        "public/appointment.html",
        event=invited.event,
        mine=mine,
        days=invited.days,
        wheres=wheres(invited.free, translator(invited.language)),
        several=len({one.interviewer_id for one in invited.free}) > 1,
        hours_before=invited.hours,
        changes=not invited.event.cancelled and (invited.until is None or now < invited.until),
        is_over=mine is not None and now >= mine.starts_at,
        asks_cancel=mine is not None and "cancel" in request.query_params,
        done=request.query_params.get("done", ""),
    )


async def act(request: Request) -> Response:
    """`slot-12` chooses or moves, `cancel` cancels; raises what core.process.appointments raises."""
    site, invited = site_of(request), await _open(request)
    pressed, now = str((await request.form()).get("do", "")), site.deps.clock.now()
    asking = Asking(invited.event.id, invited.participant_id, Door.WEB, invited=True)
    number = pressed.removeprefix(SLOT)
    if pressed != CANCEL and not (number != pressed and number.isascii() and number.isdecimal() and len(number) < 18):
        raise SlotUnknown

    def work(session: Session) -> None:
        if pressed == CANCEL:
            cancel(session, asking, now)
        else:
            choose(session, asking, int(number), now)

    await site.deps.database.shared(work, key=f"participant:{invited.participant_id}")
    return RedirectResponse(f"{request.url.path}?done={'cancelled' if pressed == CANCEL else 'chosen'}", 303)


async def _open(request: Request) -> Invited:
    """Raises LinkForged, LinkExpired, PersonErased, EventUnknown."""
    deps = site_of(request).deps
    now = deps.clock.now()
    numbers = deps.links.read(Purpose.APPOINTMENT, request.path_params["token"], now)
    if len(numbers) != 2:
        raise LinkForged
    participant_id, event_id = numbers

    def work(session: Session) -> Invited:
        language, erased = look_up_reader(session, participant_id)
        if erased:
            raise PersonErased
        event, person = load_event(session, event_id), remaining(session, participant_id)
        mine = appointment_of(session, person, event_id)
        return Invited(
            event=event,
            participant_id=person,
            mine=mine,
            free=free_slots(session, event_id, now),
            until=changes_until(session, event_id, mine.starts_at) if mine is not None else None,
            hours=change_hours(session, event_id),
            language=language,
            office=load_office(session, event.office_id),
        )

    invited = await deps.database.aread(work)
    remember_reader(request, invited.language, invited.office)
    return invited
