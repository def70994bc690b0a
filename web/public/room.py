"""A room's page on a phone: ask and vote, without registration and without scripts.

A browser is told from others by a cookie with a random token, of which a digest is kept. That is no proof of a
person: who clears it has another voice (docs/events.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import pick_text
from core.ids import read_id
from core.inbound import first_time
from core.process.room.asking import WAITING, Voice, ask, vote, voted_for
from core.process.room.board import Asked, shown_questions
from core.process.room.errors import LONGEST, BrowserForgets, QuestionGone
from core.process.room.rooms import RoomFacts, find_room
from core.process.room.tables import Question
from surveys.polls.poll import Poll
from surveys.polls.screens import on_screen
from surveys.polls.store import load_poll
from web.errors import TrapSprung
from web.public.open_link import TRAP
from web.public.store import load_office
from web.site import OfficeName, Site, language_of, remember_reader, site_of

COOKIE = "ascolto-room"
A_DAY = 86400
TOKEN = re.compile(r"[A-Za-z0-9_-]{4,64}")


@dataclass(frozen=True)
class RoomPage:
    """What a browser is shown: the list, its own questions that wait, and what it has voted for."""

    room: RoomFacts
    asked: tuple[Asked, ...]
    waiting: tuple[str, ...]
    voted: frozenset[int]
    office: OfficeName
    poll: Poll | None = None  # what the screen asks just now


async def show(request: Request) -> Response:
    return await _show(request)


async def act(request: Request) -> Response:
    """Asks, or votes for a question; what stands in the way is said on the page, with what was typed."""
    site, form = site_of(request), await request.form()
    pressed, text, key = (str(form.get(name, "")) for name in ("do", "text", "key"))
    if form.get(TRAP):
        raise TrapSprung
    code, now, language = request.path_params["code"], site.deps.clock.now(), language_of(request)
    voice = _voice(request)

    def work(session: Session) -> str:
        room = find_room(session, code)
        if voice is None:
            raise BrowserForgets
        if pressed == "ask":
            if not key or first_time(session, "web", f"room:{key[:64]}", now):
                ask(session, room, voice, (text, language), now)
            return "asked"
        vote(session, room, voice, _number(pressed), now)
        return "voted"

    try:
        done = await site.deps.database.shared(work, key=voice.key if voice is not None else "")
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _show(request, problem, text)
    chosen = f"&lang={request.query_params['lang']}" if "lang" in request.query_params else ""
    return RedirectResponse(f"{request.url.path}?done={done}{chosen}", 303)


async def _show(request: Request, problem: Problem | None = None, text: str = "") -> Response:
    site, code, voice = site_of(request), request.path_params["code"], _voice(request)
    page = await site.deps.database.aread(lambda session: _load(session, code, voice, site.deps.clock.now()))
    remember_reader(request, "", page.office)
    done = request.query_params.get("done", "")
    response = site.page(
        request,
        "public/room.html",
        problem.status if problem else 200,
        page=page,
        title=pick_text(page.room.event.title, language_of(request)),
        is_open=page.room.takes_questions(site.deps.clock.now()),
        problem=problem,
        text=text,
        key=site.deps.ids.token(),
        trap=TRAP,
        longest=LONGEST,
        done=done if problem is None else "",
    )
    if voice is None:
        _give_token(response, site)
    return response


def _give_token(response: Response, site: Site) -> None:
    response.set_cookie(
        COOKIE, site.deps.ids.token(), max_age=A_DAY, path="/room", httponly=True, samesite="lax",
        secure=site.deps.secure,
    )  # fmt: skip


def _load(session: Session, code: str, voice: Voice | None, now: datetime) -> RoomPage:
    room = find_room(session, code)
    event_id = room.event.id
    own = select(Question.text).where(
        Question.event_id == event_id,
        Question.state == WAITING,
        Question.merged_into.is_(None),
        Question.browser == (voice.browser if voice is not None else "-"),
    )
    return RoomPage(
        room=room,
        asked=tuple(shown_questions(session, event_id)),
        waiting=tuple(session.scalars(own.order_by(Question.id))),
        voted=frozenset(voted_for(session, event_id, voice)) if voice is not None else frozenset(),
        office=load_office(session, room.event.office_id),
        poll=_on_screen(session, event_id, now),
    )


def _on_screen(session: Session, event_id: int, now: datetime) -> Poll | None:
    """The poll that the screen shows, where anybody in the room may vote in it now."""
    poll_id = on_screen(session, event_id)
    poll = load_poll(session, poll_id) if poll_id is not None else None
    return poll if poll is not None and poll.definition.walk_ins and poll.takes_votes(now) else None


def _voice(request: Request) -> Voice | None:
    token = request.cookies.get(COOKIE, "")
    return Voice(browser=sha256(token.encode()).hexdigest()[:32]) if TOKEN.fullmatch(token) else None


def _number(pressed: str) -> int:
    kind, _, number = pressed.partition(":")
    question = read_id(number)
    if kind != "vote" or question is None:
        raise QuestionGone
    return question
