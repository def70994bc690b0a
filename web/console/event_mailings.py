"""The mailings around an event: the ready set, prepared as drafts with one press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import N_
from core.ids import read_id
from core.people.everybody import EVERYBODY, find_everybody, keep_everybody
from core.people.everybody import NAME as EVERYBODY_NAME
from core.people.tables import Audience
from core.process.events import EventFacts
from core.process.tables import Process
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from notifications.ready.pieces import INVITATION, NAMES, THANKS
from notifications.ready.preparing import Prepared, Wanted, prepare_set, prepared
from web.console.errors import NothingHere
from web.console.event_page import event_for
from web.console.page import console_page
from web.site import site_of

KINDS = ("event", "meeting")


class NobodyToInvite(Problem):
    text = N_("Please choose whom the invitation goes to, or leave the invitation out.")
    status = 422


class NothingChosen(Problem):
    text = N_("Please choose at least one mailing.")
    status = 422


class EventNotAround(Problem):
    text = N_("Appointments have messages of their own: no set of mailings is prepared for them.")
    status = 409


@dataclass(frozen=True)
class SetView:
    event: EventFacts
    pieces: list[Prepared]
    audiences: list[tuple[int, str]]
    names_everybody: bool = True  # one of the audiences does

    @property
    def is_complete(self) -> bool:
        return all(one.mailing_id for one in self.pieces)


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def prepare(request: Request, staff: Staff) -> Response:
    """Writes what is chosen and not there yet; what was wrong is said with what was chosen still chosen."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    form, now = await request.form(), deps.clock.now()
    chosen = {str(one) for one in form.getlist("piece")} & set(NAMES)
    to_all = form.get("invite") == EVERYBODY
    invite = read_id(str(form.get("invite", "")))

    def work(session: Session) -> int:
        event = event_for(session, staff, event_id, Permission.WRITE_MAILINGS)
        if event.kind not in KINDS:
            raise EventNotAround
        there = {one.piece.name for one in prepared(session, event_id) if one.mailing_id}
        if not chosen - there:
            if chosen:
                return 0  # pressed twice
            raise NothingChosen
        to = _to_all(session, event) if to_all else invite
        if INVITATION in chosen - there and to is None:
            raise NobodyToInvite
        _check_audience(session, event, to)
        wanted = Wanted(chosen, to, asks_how_it_was="satisfaction" in form)
        made = prepare_set(session, event_id, wanted, staff.account_id, now)
        for mailing_id in made:
            record(session, Act("mailing.written", f"mailing:{mailing_id}", staff.account_id, event.office_id), now)
        return len(made)

    try:
        made = await deps.database.awrite(work)
    except (NobodyToInvite, NothingChosen, EventNotAround) as problem:
        return await _page(request, staff, problem, chosen)
    return RedirectResponse(f"/console/events/{event_id}/mailings?made={made}", 303)


def _usual(view: SetView, now: datetime) -> set[str]:
    """What is ticked beforehand: all whose time has not passed, for what is released late leaves at once."""
    return {one.piece.name for one in view.pieces if one.due_at > now}


def _to_all(session: Session, event: EventFacts) -> int:
    language = session.get_one(Process, event.process_id).languages[0]
    return keep_everybody(session, event.office_id, language)


def _check_audience(session: Session, event: EventFacts, invite: int | None) -> None:
    """Raises NothingHere for an audience of another office."""
    audience = session.get(Audience, invite) if invite is not None else None
    if invite is not None and (audience is None or audience.office_id != event.office_id):
        raise NothingHere


async def _page(
    request: Request, staff: Staff, problem: Problem | None = None, chosen: set[str] | None = None
) -> Response:
    event_id = int(request.path_params["event_id"])

    def work(session: Session) -> SetView:
        event = event_for(session, staff, event_id, Permission.WRITE_MAILINGS)
        named = select(Audience.id, Audience.name).where(Audience.office_id == event.office_id).order_by(Audience.id)
        return SetView(
            event,
            prepared(session, event_id),
            [(row.id, row.name) for row in session.execute(named)],
            bool(find_everybody(session, event.office_id)),
        )

    deps = site_of(request).deps
    view, now = await deps.database.aread(work), deps.clock.now()
    made = request.query_params.get("made", "")
    return console_page(
        request,
        staff,
        "console/event_mailings.html",
        status=problem.status if problem else 200,
        view=view,
        problem=problem,
        chosen=_usual(view, now) if chosen is None else chosen,
        now=now,
        made=int(made) if problem is None and made.isascii() and made.isdecimal() and len(made) < 3 else None,
        fits=view.event.kind in KINDS,
        thanks=THANKS,
        everybody=EVERYBODY,
        everybody_name=EVERYBODY_NAME,
    )
