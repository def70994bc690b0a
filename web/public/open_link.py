"""A round that is open to whoever has its address: the page that anybody may open, and what each begins there.

Each opening of the page brings a link of its own, good for one response; whoever begins goes on
at that link. The browser keeps it too, so that the round's address can lead back to what was begun; it asks
first, as a device may be shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged, Problem
from core.ids import random_number
from core.links import Purpose, in_days
from surveys.responses import service
from surveys.responses.errors import NotInvited
from surveys.responses.rounds import OpenRound, SubjectKind
from surveys.responses.service import Moment, Turn
from surveys.responses.shelf import FormShelf
from web.errors import TrapSprung
from web.public import answering, uploads
from web.public.entry import Entrance, know_reader, stand
from web.public.reading import Post
from web.public.showing import show_begun, show_opening
from web.public.store import find_open_round, round_address
from web.site import site_of

DAYS = 400  # a link is good for longer than rounds are open: the round decides
TRAP = "website"  # a field that people do not see


@dataclass(frozen=True)
class OpenLink(Entrance):
    """The link of one response in an open round."""

    token: str
    round_id: int
    number: int
    participant_id = None
    on_behalf_of = form_token = ""

    @property
    def path(self) -> str:
        return f"/o/{self.token}"

    @property
    def key(self) -> str:
        return f"open:{self.number}"

    @property
    def leave_path(self) -> str:  # type: ignore[override]
        return f"{self.path}/leave"

    @property
    def trap(self) -> str:
        return TRAP

    def admit(self, request: Request, post: Post) -> None:
        """Raises TrapSprung for programs that fill in every field."""
        if post.text(TRAP):
            raise TrapSprung

    def find(self, session: Session, shelf: FormShelf, now: datetime) -> Turn | None:
        return service.find_link(session, shelf, str(self.number), self.round_id, now)

    def begin(self, session: Session, shelf: FormShelf, moment: Moment) -> Turn:
        return service.begin_link(session, shelf, str(self.number), self.round_id, moment)


async def welcome(request: Request) -> Response:
    """The round's own address, `/r/OFFICE/ROUND`: where to begin, or to go on with what this browser began."""
    site = site_of(request)
    office, slug = request.path_params["office"], request.path_params["round"]
    round_ = await site.deps.database.aread(lambda session: find_open_round(session, office, slug))
    if round_.subject_kind is not SubjectKind.LINK:
        raise NotInvited
    now = site.deps.clock.now()
    begun = _begun(request, round_, now)
    fresh = begun or _new_link(request, round_, now)
    await know_reader(request, fresh)
    found = await site.deps.database.aread(lambda session: stand(session, site.deps.shelf, fresh, now))
    if isinstance(found, Turn):
        return show_begun(request, fresh, found)
    return show_opening(request, fresh, found)


async def show(request: Request) -> Response:
    return await answering.show_to(request, _read(request, request.path_params["token"]))


async def act(request: Request) -> Response:
    link = _read(request, request.path_params["token"])
    response = await answering.act_for(request, link)
    response.set_cookie(
        _cookie(link.round_id), link.token, max_age=DAYS * 86_400, path="/r/", httponly=True, samesite="lax",
        secure=site_of(request).deps.secure,
    )  # fmt: skip
    return response


async def leave(request: Request) -> Response:
    """The device forgets what was begun there; the round's own address is open to the next person."""
    link = _read(request, request.path_params["token"])
    address = await site_of(request).deps.database.aread(lambda session: round_address(session, link.round_id))
    query = f"?{request.url.query}" if request.url.query else ""
    response = RedirectResponse(address + query, 303)
    response.delete_cookie(_cookie(link.round_id), path="/r/")
    return response


async def show_file(request: Request) -> Response:
    return await uploads.show_to(request, _read(request, request.path_params["token"]))


def _new_link(request: Request, round_: OpenRound, now: datetime) -> OpenLink:
    deps = site_of(request).deps
    number = random_number(deps.ids)
    token = deps.links.sign(Purpose.OPEN_ANSWER, round_.id, number, expires=in_days(now, DAYS))
    return OpenLink(token, round_.id, number)


def _begun(request: Request, round_: OpenRound, now: datetime) -> OpenLink | None:
    """What the browser kept, if it is of this round and still good."""
    try:
        link = _read(request, request.cookies.get(_cookie(round_.id), ""))
    except Problem:
        return None
    return link if link.round_id == round_.id else None


def _read(request: Request, token: str) -> OpenLink:
    """Raises LinkForged, LinkExpired."""
    deps = site_of(request).deps
    numbers = deps.links.read(Purpose.OPEN_ANSWER, token, deps.clock.now())
    if len(numbers) != 2:
        raise LinkForged
    return OpenLink(token, *numbers)


def _cookie(round_id: int) -> str:
    return f"ascolto-round-{round_id}"
