"""Undoing a joining: whoever reads the mailbox may part a Telegram account from it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged
from core.links import Purpose
from core.people.errors import PersonErased
from core.people.joining import undo_joining
from surveys.polls.same_voter import give_back_votes
from web.public.store import load_office, look_up_reader, owner_of_account
from web.site import OfficeName, remember_reader, site_of


async def show(request: Request) -> Response:
    """What would be undone, or that it is undone; changes nothing."""
    joining = _read(request)
    owner, language, office = await _look(request, joining)
    remember_reader(request, language, office)
    return site_of(request).page(request, "public/undo.html", joined=owner is not None)


async def act(request: Request) -> Response:
    site, joining = site_of(request), _read(request)
    owner, _, _ = await _look(request, joining)
    now, links = site.deps.clock.now(), site.deps.links

    def part(session: Session) -> bool:
        return undo_joining(session, joining.address_id, now, lambda s, account: give_back_votes(s, links, account))

    if owner is not None:
        await site.deps.database.shared(part, key=f"participant:{owner}")
    return RedirectResponse(request.url.path, 303)


@dataclass(frozen=True)
class Undo:
    """What an undoing link says; `participant_id` is 0 in links that are older than it."""

    address_id: int
    participant_id: int = 0


def _read(request: Request) -> Undo:
    """Raises LinkForged, LinkExpired."""
    deps = site_of(request).deps
    numbers = deps.links.read(Purpose.UNDO_JOIN, request.path_params["token"], deps.clock.now())
    if len(numbers) not in (1, 2):
        raise LinkForged
    return Undo(*numbers)


async def _look(request: Request, joining: Undo) -> tuple[int | None, str, OfficeName]:
    """Whose account it is (None when it was parted already), their language, and the office; raises PersonErased."""

    def work(session: Session) -> tuple[int | None, str, OfficeName]:
        _, erased = look_up_reader(session, joining.participant_id)
        if erased:
            raise PersonErased
        return *owner_of_account(session, joining.address_id), load_office(session)

    return await site_of(request).deps.database.aread(work)
