"""What a participant sees of the door: the registration behind the code, a certificate, and whether one is true."""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.errors import LinkForged
from core.people.errors import PersonErased
from core.people.store import remaining
from core.process.door.certificates import Certificate, certify, confirm
from core.process.door.codes import code_for, drawing, read_code
from core.process.door.errors import CodeForged, CodeOver, SubstituteNameless, YourSubstituteNameless
from core.process.door.window import closes_at
from core.process.events import EventFacts, load_event
from core.process.replies import STANDS, Reply
from core.process.room.seating import TableFacts, told_table_of
from core.process.seating import Stand, how_stands
from web.printing.certificate import certificate_pdf
from web.public.store import load_office, look_up_reader
from web.site import OfficeName, remember_reader, site_of


@dataclass(frozen=True)
class Registration:
    event: EventFacts
    stand: Stand
    table: TableFacts | None
    language: str
    office: OfficeName


async def show(request: Request) -> Response:
    """What a telephone's own camera opens: the registration, without a name and without anything to press.

    Whoever looks over a shoulder at the door learns no more by it; and nobody is let in by it.
    """
    site = site_of(request)
    try:
        participant_id, event_id = read_code(site.deps.links, request.path_params["code"])
    except CodeForged as error:
        raise LinkForged from error

    def work(session: Session) -> Registration:
        language, erased = look_up_reader(session, participant_id)
        if erased:
            raise PersonErased
        event, person = load_event(session, event_id), remaining(session, participant_id)
        stand, office = how_stands(session, event_id, person), load_office(session, event.office_id)
        return Registration(event, stand, told_table_of(session, event_id, person), language, office)

    found = await site.deps.database.aread(work)
    remember_reader(request, found.language, found.office)
    now, event = site.deps.clock.now(), found.event
    if now >= closes_at(event):
        raise CodeOver
    shows_code = found.stand.reply == Reply.IN_PERSON and not event.cancelled and now < event.ends_at
    address = site.deps.urls.door(code_for(site.deps.links, participant_id, event_id))
    return site.page(
        request,
        "public/door.html",
        event=event,
        stand=found.stand,
        table=found.table,
        standing=STANDS,
        qr=drawing(address) if shows_code else "",
        is_over=now >= event.ends_at,
    )


async def show_certificate(request: Request) -> Response:
    """Whether a certificate is true, for anybody who holds it."""
    site = site_of(request)
    now, token = site.deps.clock.now(), request.path_params["token"]

    def work(session: Session) -> tuple[Certificate | None, OfficeName]:
        found = confirm(session, site.deps.links, token, now)
        return found, load_office(session, found.event.office_id if found else None)

    found, office = await site.deps.database.aread(work)
    remember_reader(request, "", office)
    return site.page(request, "public/certificate.html", status=200 if found else 404, one=found)


async def hand_out(request: Request, event: EventFacts, participant_id: int) -> Response:
    """A certificate as PDF; raises NoCertificate, YourSubstituteNameless, NameUnknown."""
    deps = site_of(request).deps
    now = deps.clock.now()
    try:
        one = await deps.database.aread(lambda session: certify(session, deps.links, event, participant_id, now))
    except SubstituteNameless as error:
        raise YourSubstituteNameless from error
    content = await to_thread(certificate_pdf, one, deps.urls.certificate(one.token), now)
    headers = {"Content-Disposition": f'attachment; filename="{event.slug}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
