"""Undoing a joining: whoever reads the mailbox may part a Telegram account from it."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged
from core.links import Purpose
from core.people.joining import undo_joining
from web.public.store import load_office, owner_of_account
from web.site import OfficeName, remember_reader, site_of


async def show(request: Request) -> Response:
    """What would be undone, or that it is undone; changes nothing."""
    address_id = _read(request)
    owner, language, office = await _look(request, address_id)
    remember_reader(request, language, office)
    return site_of(request).page(request, "public/undo.html", joined=owner is not None)


async def act(request: Request) -> Response:
    site, address_id = site_of(request), _read(request)
    owner, _, _ = await _look(request, address_id)
    now = site.deps.clock.now()
    if owner is not None:
        await site.deps.database.shared(
            lambda session: undo_joining(session, address_id, now), key=f"participant:{owner}"
        )
    return RedirectResponse(request.url.path, 303)


def _read(request: Request) -> int:
    """Raises LinkForged, LinkExpired."""
    deps = site_of(request).deps
    numbers = deps.links.read(Purpose.UNDO_JOIN, request.path_params["token"], deps.clock.now())
    if len(numbers) != 1:
        raise LinkForged
    return numbers[0]


async def _look(request: Request, address_id: int) -> tuple[int | None, str, OfficeName]:
    """Whose account it is (None when it was parted already), their language, and the office."""

    def work(session: Session) -> tuple[int | None, str, OfficeName]:
        return *owner_of_account(session, address_id), load_office(session)

    return await site_of(request).deps.database.aread(work)
