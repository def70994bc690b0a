"""Signing in and out; who a request comes from; forms that only our own pages can post."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import LinkExpired, LinkForged, Problem
from core.i18n import LANGUAGES
from core.links import Purpose
from core.staff.accounts import (
    SIGNED_IN,
    Moment,
    Staff,
    change_language,
    close_session,
    count_try,
    is_right,
    open_session,
    whose_session,
)
from core.staff.errors import SignInFailed
from web.console.errors import FormForged, NothingHere
from web.console.store import office_of
from web.deps import WebDeps
from web.site import remember_reader, site_of

HOME = "/console"
SIGN_IN = "/console/sign-in"
LARGEST_ID = 2**63 - 1

Handler = Callable[[Request, Staff], Awaitable[Response]]


def cookie_name(deps: WebDeps) -> str:
    """The prefix binds the cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return "__Host-ascolto" if deps.secure else "ascolto"


def signed_in(handle: Handler, *, checks_forms: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """A page for staff: others are led to the sign-in page and come back; a form must carry our token.

    Without `checks_forms` the page calls `check_token` itself, once it has read what was posted.
    """

    async def page(request: Request) -> Response:
        deps = site_of(request).deps
        token = request.cookies.get(cookie_name(deps), "")
        now = deps.machine.now()
        staff = await deps.database.aread(lambda session: whose_session(session, token, now)) if token else None
        if staff is None:
            ended = "&ended=1" if token else ""
            return RedirectResponse(f"{SIGN_IN}?next={request.url.path}{ended}", 303)
        if any(isinstance(one, int) and one > LARGEST_ID for one in request.path_params.values()):
            raise NothingHere
        office = await deps.database.aread(lambda session: office_of(session, staff))
        remember_reader(request, staff.language, office)
        if request.method == "POST" and checks_forms:
            form = await request.form()
            try:
                check_token(request, str(form.get("token", "")))
            except FormForged:
                await form.close()  # files that came with it
                raise
        return await handle(request, staff)

    return page


def form_token(request: Request) -> str:
    """The hidden field of every form of the console, bound to the signed-in browser."""
    deps = site_of(request).deps
    token = request.cookies.get(cookie_name(deps), "")
    return deps.links.sign(Purpose.CONSOLE_CSRF, _number(token), expires=deps.machine.now() + timedelta(days=1))


def check_token(request: Request, given: str) -> None:
    """Raises FormForged for a form that this browser did not get from us."""
    deps = site_of(request).deps
    try:
        (number,) = deps.links.read(Purpose.CONSOLE_CSRF, given, deps.machine.now())
    except (LinkForged, LinkExpired, ValueError) as error:
        raise FormForged from error
    if number != _number(request.cookies.get(cookie_name(deps), "")):
        raise FormForged


async def ask(request: Request) -> Response:
    return _ask(request)


async def enter(request: Request) -> Response:
    """Signs in; a wrong password and an unknown address look the same."""
    deps = site_of(request).deps
    form = await request.form()
    email, password = str(form.get("email", ""))[:320], str(form.get("password", ""))[:1000]
    moment = Moment(deps.clock.now(), deps.machine.now())
    try:
        candidate = await deps.database.awrite(lambda session: count_try(session, email, moment.machine))
        if not await to_thread(is_right, candidate, password):
            raise SignInFailed
    except Problem as problem:
        return _ask(request, problem, email)
    token = await deps.database.shared(lambda session: open_session(session, candidate, deps.ids, moment))
    response = RedirectResponse(_next(request), 303)
    response.set_cookie(
        cookie_name(deps), token, max_age=int(SIGNED_IN.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=deps.secure,
    )  # fmt: skip
    return response


async def leave(request: Request, _: Staff) -> Response:
    deps = site_of(request).deps
    token = request.cookies.get(cookie_name(deps), "")
    await deps.database.shared(lambda session: close_session(session, token))
    response = RedirectResponse(SIGN_IN, 303)
    response.delete_cookie(cookie_name(deps), path="/", httponly=True, samesite="lax", secure=deps.secure)
    return response


async def speak(request: Request, staff: Staff) -> Response:
    """Another language for the whole account; back to the page it was chosen on."""
    deps = site_of(request).deps
    language = str((await request.form()).get("language", ""))
    if language in LANGUAGES:
        await deps.database.shared(lambda session: change_language(session, staff.account_id, language))
    return RedirectResponse(_next(request), 303)


def _ask(request: Request, problem: Problem | None = None, email: str = "") -> Response:
    ended = problem is None and request.query_params.get("ended") == "1"
    values: dict[str, Any] = {"problem": problem, "email": email, "next": _next(request), "ended": ended}
    return site_of(request).page(request, "console/sign_in.html", problem.status if problem else 200, **values)


def _next(request: Request) -> str:
    """Where to go after signing in: a page of the console, nothing else."""
    wanted = request.query_params.get("next", HOME)
    inside = wanted == HOME or wanted.startswith(f"{HOME}/")
    return wanted if inside and not wanted.startswith(SIGN_IN) else HOME


def _number(token: str) -> int:
    return int.from_bytes(sha256(token.encode()).digest()[:7])
