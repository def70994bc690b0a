"""A questionnaire's pages inside Telegram: opened by a button of the chat, for who the chat belongs to.

The button's address names the person and the round, and opens nothing by itself. The page reads
from its fragment what Telegram says of who opened it and posts that; only if it is the same
person, the ordinary pages follow, under `/app/q/`, where Telegram's own web page may frame them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkForged
from core.init_data import InitDataWrong, read_init_data
from core.links import Purpose
from web.public import answering, uploads
from web.public.entry import AnswerLink, know_reader, read_link
from web.public.store import is_account_of
from web.site import site_of

OPEN_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class AppLink(AnswerLink):
    """A person's own link, inside Telegram."""

    in_app = True

    @property
    def path(self) -> str:
        return f"/app/q/{self.token}"


async def show_door(request: Request) -> Response:
    """The page that a button of the chat opens."""
    await know_reader(request, _read_button(request))
    return site_of(request).page(request, "public/app.html", action=_here(request))


async def enter(request: Request) -> Response:
    """Lets in who the button was made for; raises InitDataWrong."""
    deps, button = site_of(request).deps, _read_button(request)
    await know_reader(request, button)
    now = deps.clock.now()
    account = read_init_data(str((await request.form()).get("init_data", "")), deps.participant_bot_token, now)

    def work(session: Session) -> bool:
        return is_account_of(session, account, button.participant_id)

    if not await deps.database.aread(work):
        raise InitDataWrong
    token = deps.links.sign(Purpose.ANSWER, button.participant_id, button.round_id, expires=now + OPEN_FOR)
    at = request.query_params.get("at", "")
    return RedirectResponse(f"/app/q/{token}{f'?at={at}' if _is_code(at) else ''}", 303)


async def show(request: Request) -> Response:
    return await answering.show_to(request, _own(request))


async def act(request: Request) -> Response:
    return await answering.act_for(request, _own(request))


async def show_file(request: Request) -> Response:
    return await uploads.show_to(request, _own(request))


def _own(request: Request) -> AppLink:
    link = read_link(request)
    return AppLink(link.token, link.participant_id, link.round_id)


def _read_button(request: Request) -> AnswerLink:
    """Raises LinkForged, LinkExpired."""
    deps, token = site_of(request).deps, request.path_params["token"]
    numbers = deps.links.read(Purpose.OPEN_APP, token, deps.clock.now())
    if len(numbers) != 2:
        raise LinkForged
    return AnswerLink(token, *numbers)


def _here(request: Request) -> str:
    at = request.query_params.get("at", "")
    return request.url.path + (f"?at={at}" if _is_code(at) else "")


def _is_code(text: str) -> bool:
    return 0 < len(text) <= 40 and all(part.isdecimal() and part.isascii() for part in text.split("."))
