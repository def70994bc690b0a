"""The straight path of a vote on the page, from what a browser posts to the count.

It lies before all layers of the pages. What is not simply a vote that counts goes on to the page with all that it
brought: there it is tried again, and what stands in the way is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast
from urllib.parse import parse_qsl, quote

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from core.asgi import answer, header, read_body
from core.errors import LinkForged, Problem
from core.inbound import Incoming
from core.links import Purpose
from core.process.room.errors import BrowserForgets
from surveys.polls.ballot import Choice, ballot_of
from surveys.polls.casting import Cast, Vote
from surveys.polls.crowd import Crowd, Given, Pressed
from surveys.polls.poll import Poll
from surveys.polls.voters import Voter
from web.deps import WebDeps
from web.errors import TrapSprung
from web.public.ballot_form import read_choice
from web.public.open_link import TRAP
from web.site import chosen_language

ADDRESSES = "/p/{token}", "/v/{code}"
COOKIE = "ascolto-vote"
TOKEN = re.compile(r"[A-Za-z0-9_-]{4,64}")
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
DOOR = "web"
SENT_BEFORE = "before"
FORM = b"application/x-www-form-urlencoded"
MOST_BYTES, MOST_FIELDS = 16_384, 200  # what is longer is no vote in a hurry


def voting_routes(deps: WebDeps, pages: ASGIApp) -> list[Route]:
    """Where votes are posted to, to be tried before `pages`."""
    return [Route(address, Voting(deps, pages), methods=["POST"]) for address in ADDRESSES]


class Voting:
    """Counts votes; whatever else comes is for the pages."""

    def __init__(self, deps: WebDeps, pages: ASGIApp) -> None:
        self._deps, self._pages = deps, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        brought = await read_body(receive, MOST_BYTES)
        if header(scope["headers"], b"content-type") == FORM and brought.content is not None:
            try:
                request, form = Request(scope), read_form(brought.content)
                there = await count_posted(self._deps, pressed(self._deps, request), request, form)
            except (Problem, ValueError):
                pass  # the page says it
            else:
                await answer(send, 303, [(b"location", there.encode())])
                return
        await self._pages(scope, brought.again, send)


def read_form(content: bytes) -> FormData:
    """A form as browsers post it; raises ValueError for too many fields."""
    fields = parse_qsl(content.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return FormData(cast("list[tuple[str, str | UploadFile]]", fields))


async def count_posted(deps: WebDeps, who: tuple[int | str, Voter], request: Request, form: FormData) -> str:
    """Counts a vote; where the browser goes then. Raises TrapSprung, and what stands in its way."""
    if form.get(TRAP):
        raise TrapSprung
    (poll, voter), key = who, str(form.get("key", ""))
    if voter == Voter():
        raise BrowserForgets
    post = Post(voter, form, (DOOR, f"vote:{key}") if KEY.fullmatch(key) else None, deps.clock.now())
    became = await deps.database.together(Crowd(deps.booth), Pressed(read_posts, poll, post), key=voter.lock)
    assert became is not None  # whatever is posted here is meant as a vote
    chosen = f"&lang={chosen_language(request)}" if request.scope["query_string"] and chosen_language(request) else ""
    return f"{quote(request.scope['path'])}?kept={_kept(became.cast, form)}{chosen}"


def pressed(deps: WebDeps, request: Request) -> tuple[int | str, Voter]:
    """Which poll it is about, by its number or its code, and who comes; raises LinkForged, LinkExpired."""
    token = request.path_params.get("token")
    if token is None:
        return request.path_params["code"], Voter(browser=_brought(request))
    numbers = deps.links.read(Purpose.VOTE, token, deps.clock.now())
    if len(numbers) != 2:
        raise LinkForged
    return numbers[1], Voter(numbers[0])


class Post(NamedTuple):
    """A vote as it was posted, `at` when; `press` names the post, None where the page has lost it."""

    voter: Voter
    form: FormData
    press: Incoming | None
    at: datetime

    def read(self, poll: Poll) -> Choice:
        return read_choice(poll, self.form)


def read_posts(_: Session, poll_id: int, posts: Sequence[Post]) -> list[Given]:
    """As `Door` says."""
    return [Given(Vote(poll_id, one.voter, one.read, DOOR, one.press), one.at) for one in posts]


def _kept(became: Cast, form: FormData) -> str:
    """What the page says after the vote: of a form that came before, whether what it says now may be something else."""
    if not became.duplicate:
        return "1"
    try:
        said = ballot_of(became.poll, read_choice(became.poll, form))
    except Problem:  # the vote that came before counts all the same
        return SENT_BEFORE
    return "1" if became.ballot and became.ballot == said else SENT_BEFORE


def _brought(request: Request) -> str:
    """The random name of this browser, "" where it has none yet."""
    brought = request.cookies.get(COOKIE, "")
    return brought if TOKEN.fullmatch(brought) else ""
