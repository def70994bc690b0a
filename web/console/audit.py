"""The audit log, for those who may read it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.process.time_zone import HOME_ZONE
from core.staff.accounts import Staff
from web.console import store
from web.console.page import console_page, page_number
from web.site import site_of


async def log(request: Request, staff: Staff) -> Response:
    page = page_number(request)
    rows = await site_of(request).deps.database.aread(lambda session: store.audit(session, staff, page))
    shown, more = rows[: store.PAGE], len(rows) > store.PAGE
    return console_page(request, staff, "console/audit.html", rows=shown, page=page, more=more, zone=HOME_ZONE)
