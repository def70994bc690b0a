"""Pages for anybody: the front page, the privacy notice, the accessibility statement."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from core.clock import local
from core.people.open_offices import OpenOffice, open_offices
from web.public.store import load_office, load_processes
from web.site import OfficeName, remember_reader, site_of


async def front(request: Request) -> Response:
    """The processes under way: titles, what anybody may answer now, phases with their days, public events."""
    site = site_of(request)
    now = site.deps.clock.now()

    def work(session: Session) -> tuple[OfficeName, list[object], list[OpenOffice]]:
        return load_office(session), list(load_processes(session, now)), open_offices(session)

    office, processes, joinable = await site.deps.database.aread(work)
    remember_reader(request, "", office)
    return site.page(
        request, "public/front.html", processes=processes, joinable=joinable, today=lambda zone: local(now, zone).date()
    )  # fmt: skip


async def privacy(request: Request) -> Response:
    return await _about(request, "public/privacy.html")


async def accessibility(request: Request) -> Response:
    return await _about(request, "public/accessibility.html")


async def _about(request: Request, template: str) -> Response:
    site = site_of(request)
    return site.page(request, template, office=await site.deps.database.aread(load_office))
