"""Short addresses to pass on: each leads to a page for anybody, and its day's visits are one more.

What is counted is a number of a link and a day, and changes nothing of anybody (docs/decisions/0013).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.sharing.errors import ShareLinkUnknown
from core.sharing.links import CODE, count_visit, follow, tag_of
from web.public.store import join_address, load_office
from web.site import remember_reader, site_of


async def lead(request: Request) -> Response:
    """A HEAD asks and visits nothing."""
    deps, code = site_of(request).deps, request.path_params["code"].lower()
    if not CODE.fullmatch(code):
        raise ShareLinkUnknown
    leads = await deps.database.aread(lambda session: follow(session, code))
    office = await deps.database.aread(lambda session: load_office(session, leads.office_id))
    remember_reader(request, "", office)
    now = deps.clock.now()
    if request.method == "GET":
        await deps.database.shared(lambda session: count_visit(session, leads, now), key=f"share:{leads.link_id}")
    page = f"/e/{leads.office}/{leads.event}" if leads.event else join_address(leads.office)
    return RedirectResponse(f"{page}?from={tag_of(code)}", 303)
