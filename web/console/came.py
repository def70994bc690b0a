"""Who came to an event: numbers while it fills, lists, codes, certificates."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.i18n import Translator, pick_text, translator
from core.people.store import membership
from core.process.door.certificates import Certificate, certify
from core.process.door.listing import Expected, Numbers, expected, numbers
from core.process.door.telling import send_codes
from core.process.door.window import opens_at
from core.process.events import EventFacts
from core.process.replies import Reply
from core.staff.accounts import Staff
from core.staff.audit import Act, record
from core.staff.roles import Permission
from web.console.errors import NothingHere
from web.console.event_page import event_for
from web.console.events import find_event
from web.console.page import console_page
from web.console.sheets import Sheets, TakenAlong, format_named, take_along
from web.console.words import REPLIES
from web.printing.attendance import list_pdf
from web.printing.certificate import certificate_pdf
from web.site import site_of
from web.written import hours, write_moment

CAME, EXPECTED = "came", "expected"
PDF, LISTED = "pdf", "door.listed"
WIDTHS = {CAME: (9, 55, 48, 24, 44, 28), EXPECTED: (9, 55, 48, 24, 28, 56)}


@dataclass(frozen=True)
class CameView:
    event: EventFacts
    numbers: Numbers
    people: tuple[Expected, ...]
    sees_people: bool
    exports: bool
    manages: bool
    checks_in: bool


async def show(request: Request, staff: Staff) -> Response:
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    now = deps.clock.now()

    def work(session: Session) -> CameView:
        event = find_event(session, staff, event_id)
        sees, exports, manages, door = (
            staff.may(one, event.office_id)
            for one in (
                Permission.SEE_PEOPLE, Permission.EXPORT_RESULTS, Permission.MANAGE_EVENTS, Permission.CHECK_IN,
            )
        )  # fmt: skip
        people = _came(expected(session, event)) if sees else []
        return CameView(event, numbers(session, event_id), tuple(people), sees, exports, manages, door)

    view = await deps.database.aread(work)
    return console_page(
        request,
        staff,
        "console/came.html",
        view=view,
        event=view.event,
        numbers=view.numbers,
        is_over=now >= view.event.ends_at,
        opens=opens_at(view.event),
        sent="sent" in request.query_params,
        noted=request.query_params.get("noted", ""),
    )


async def show_numbers(request: Request, staff: Staff) -> Response:
    """The numbers alone, asked for again and again while the hall fills."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])

    def work(session: Session) -> tuple[EventFacts, Numbers]:
        return find_event(session, staff, event_id), numbers(session, event_id)

    event, found = await deps.database.aread(work)
    return console_page(request, staff, "console/came_numbers.html", event=event, numbers=found)


async def print_list(request: Request, staff: Staff) -> Response:
    """Who came, or (`?who=expected`) who is expected, with room to sign: where there is no telephone."""
    deps, event_id, who = site_of(request).deps, int(request.path_params["event_id"]), _who(request)
    now = deps.clock.now()
    event, rows = await deps.database.aread(lambda s: _load(s, staff, event_id, who))
    noted = Act(LISTED, f"event:{event_id}", staff.account_id, event.office_id, {"format": "page", "list": who})
    await deps.database.shared(lambda session: record(session, noted, now))
    return console_page(request, staff, "console/came_list.html", event=event, rows=rows, who=who)


async def export(request: Request, staff: Staff) -> Response:
    """The list as PDF, CSV or XLSX; the act is in the audit log before the first byte."""
    deps, event_id, who = site_of(request).deps, int(request.path_params["event_id"]), _who(request)
    form, now, t = request.path_params["form"], deps.clock.now(), translator(staff.language)

    def load(session: Session) -> tuple[EventFacts, list[Expected]]:
        event, rows = _load(session, staff, event_id, who)
        staff.need(Permission.EXPORT_RESULTS, event.office_id)
        return event, rows

    def read(session: Session) -> tuple[EventFacts, Sheets]:
        event, rows = load(session)
        return event, {pick_text(event.title, t.language): _table(event, rows, t)}

    if form != PDF:
        return await take_along(request, staff, TakenAlong(LISTED, format_named(form), f"-{who}", who), read)
    event, rows = await deps.database.aread(load)
    noted = Act(LISTED, f"event:{event_id}", staff.account_id, event.office_id, {"format": PDF, "list": who})
    await deps.database.shared(lambda session: record(session, noted, now))
    content = await to_thread(_pdf, event, rows, who, (t, now))
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}-{who}-{now:%Y-%m-%d}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


async def send(request: Request, staff: Staff) -> Response:
    """Sends everybody who comes in person their code, each once."""
    deps, event_id = site_of(request).deps, int(request.path_params["event_id"])
    now = deps.clock.now()

    def work(session: Session) -> None:
        event = event_for(session, staff, event_id, Permission.MANAGE_EVENTS)
        sent = 0 if event.cancelled or now >= event.ends_at else send_codes(session, event, now)
        noted = Act("door.codes", f"event:{event_id}", staff.account_id, event.office_id, {"people": sent})
        record(session, noted, now)

    await deps.database.awrite(work)
    return RedirectResponse(f"/console/events/{event_id}/came?sent=1", 303)


async def make_certificate(request: Request, staff: Staff) -> Response:
    """Somebody's certificate, to hand it out; raises NoCertificate, NameUnknown."""
    deps, now = site_of(request).deps, site_of(request).deps.clock.now()
    event_id, person = int(request.path_params["event_id"]), int(request.path_params["person"])

    def work(session: Session) -> Certificate:
        event = event_for(session, staff, event_id, Permission.SEE_PEOPLE)
        if membership(session, event.office_id, person) is None:
            raise NothingHere
        one = certify(session, deps.links, event, person, now)
        noted = Act("door.certificate", f"event:{event_id}", staff.account_id, event.office_id)
        record(session, noted, now)
        return one

    one = await deps.database.shared(work)
    content = await to_thread(certificate_pdf, one, deps.urls.certificate(one.token), now)
    headers = {"Content-Disposition": f'attachment; filename="{one.event.slug}-{person}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _load(session: Session, staff: Staff, event_id: int, who: str) -> tuple[EventFacts, list[Expected]]:
    event = event_for(session, staff, event_id, Permission.SEE_PEOPLE)
    people = expected(session, event)
    if who == CAME:
        return event, _came(people)
    return event, [one for one in people if one.reply == Reply.IN_PERSON]


def _came(people: list[Expected]) -> list[Expected]:
    return [one for one in people if one.came]


def _who(request: Request) -> str:
    return EXPECTED if request.query_params.get("who") == EXPECTED else CAME


def _table(event: EventFacts, rows: list[Expected], t: Translator) -> Iterator[list[str | int]]:
    yield [t("Name"), t("Reference"), t("Organisation"), t("Reply"), t("Came"), t("When"), t("Companions who came")]
    for one in rows:
        yield [
            _name(one, t), one.reference, one.organisation, t(REPLIES[one.reply]),
            t(REPLIES[one.came]) if one.came else "",
            write_moment(one.came_at, t.language, event.time_zone) if one.came_at else "", one.came_along,
        ]  # fmt: skip


def _pdf(event: EventFacts, rows: list[Expected], who: str, told: tuple[Translator, datetime]) -> bytes:
    t, now = told
    columns = [t("No."), t("Name"), t("Organisation"), t("Reply")]
    more = [t("Came"), t("Companions")] if who == CAME else [t("Companions"), t("Signature")]
    table = [[*columns, *more]]
    for number, one in enumerate(rows, 1):
        first = [str(number), _name(one, t), one.organisation, t(REPLIES[one.reply])]
        if who == CAME:
            at = write_moment(one.came_at, t.language, event.time_zone) if one.came_at else ""
            table.append([*first, f"{t(REPLIES[one.came])}, {at}", str(one.came_along or "")])
        else:
            table.append([*first, str(one.companions or ""), ""])
    name = t("Who came") if who == CAME else t("Who is expected")
    below = " · ".join(filter(None, (hours(event.starts, event.ends, t.language), event.place)))
    title = f"{name}: {pick_text(event.title, t.language)}"
    return list_pdf(title, below, table, WIDTHS[who], t.language, now)


def _name(one: Expected, t: Translator) -> str:
    return f"{one.shown_name} ({t('instead comes: {name}', name=one.substitute)})" if one.substitute else one.shown_name
