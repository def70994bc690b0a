"""Linking one's Telegram account to the staff's bot: a code that is shown once, and the way back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.process.time_zone import HOME_ZONE
from core.staff.accounts import Staff
from core.staff.chats import linked_chat, make_code, unlink
from web.console.errors import NothingHere
from web.console.page import console_page
from web.console.qr import qr_svg
from web.site import site_of

HERE = "/console/staff-bot"


async def show(request: Request, staff: Staff) -> Response:
    return await _page(request, staff)


async def make(request: Request, staff: Staff) -> Response:
    """Shows a new code, this once; an earlier one is void."""
    deps = site_of(request).deps
    if not deps.staff_chat:
        raise NothingHere
    now = deps.clock.now()
    code = await deps.database.shared(lambda session: make_code(session, staff.account_id, deps.ids, now))
    return await _page(request, staff, code)


async def undo(request: Request, staff: Staff) -> Response:
    deps = site_of(request).deps
    now = deps.clock.now()
    await deps.database.shared(lambda session: unlink(session, staff, now))
    return RedirectResponse(HERE, 303)


async def _page(request: Request, staff: Staff, code: str = "") -> Response:
    deps = site_of(request).deps
    if not deps.staff_chat:
        raise NothingHere
    linked = await deps.database.aread(lambda session: linked_chat(session, staff.account_id))
    address = f"{deps.staff_chat}?start={code}"
    return console_page(
        request,
        staff,
        "console/staff_bot.html",
        linked=linked,
        code=code,
        address=address,
        picture=qr_svg(address, scale=4) if code else "",
        zone=HOME_ZONE,
    )
