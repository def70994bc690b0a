"""Signing in and out; who a request comes from; forms that only our own pages can post."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
from web.console.errors import FormForged, NothingHere, SessionOver
from web.console.kept_form import FIELD, TOKEN, KeptForm, kept_of, seal_form, unseal_form
from web.console.store import office_of
from web.deps import WebDeps
from web.site import remember_reader, site_of

HOME = "/console"
SIGN_IN = "/console/sign-in"
NOTHING_WRITTEN = {f"{HOME}/sign-out", f"{HOME}/language"}
LARGEST_ID = 2**63 - 1

Handler = Callable[[Request, Staff], Awaitable[Response]]


@dataclass(frozen=True)
class SignIn:
    """What the sign-in page shows: where it leads, and the form that it keeps, if any; `lost` if it could not."""

    next: str
    email: str = ""
    kept: str = ""
    lost: bool = False
    ended: bool = False


def cookie_name(deps: WebDeps) -> str:
    """The prefix binds the cookie to this host and to https (RFC 6265bis, 4.1.3.2)."""
    return "__Host-ascolto" if deps.secure else "ascolto"


def signed_in(handle: Handler, *, checks_forms: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """A page for staff: others are led to the sign-in page and come back; a form must carry our token.

    Whose session ended while they wrote signs in where they are, and sends what they wrote once more.

    Without `checks_forms` the page calls `check_token` itself, once it has read what was posted.
    """

    async def page(request: Request) -> Response:
        deps = site_of(request).deps
        token = request.cookies.get(cookie_name(deps), "")
        now = deps.machine.now()
        staff = await deps.database.aread(lambda session: whose_session(session, token, now)) if token else None
        if staff is None:
            if request.method == "POST" and request.url.path not in NOTHING_WRITTEN and _wants_page(request):
                return await _ask_first(request)
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
                written = kept_of(_address(request), form) if _is_ours(request, str(form.get(TOKEN, ""))) else None
                await form.close()  # files that came with it
                if written is None:
                    raise
                return _send_again(request, staff, written, token)
        return await handle(request, staff)

    return page


def form_token(request: Request) -> str:
    """The hidden field of every form of the console, bound to the signed-in browser."""
    deps = site_of(request).deps
    return _token_for(deps, request.cookies.get(cookie_name(deps), ""))


def _token_for(deps: WebDeps, token: str) -> str:
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


def _is_ours(request: Request, given: str) -> bool:
    """Whether a form came from a page that we showed in an earlier session: nobody else's page can have sent it.

    The browser says so (Sec-Fetch-Site, Fetch Metadata 2.3); of one that says nothing, the session must not be another
    one. Nothing is done with the form before whoever is signed in then sends it again.
    """
    deps = site_of(request).deps
    site = request.headers.get("sec-fetch-site", "")
    try:
        numbers = deps.links.read(Purpose.CONSOLE_CSRF, given, deps.machine.now())
    except LinkExpired:
        return site == "same-origin"
    except (LinkForged, ValueError):
        return False
    token = request.cookies.get(cookie_name(deps), "")
    return site == "same-origin" or (not site and (not token or numbers == (_number(token),)))


async def _ask_first(request: Request) -> Response:
    """The sign-in page in place of an answer, which keeps what was written; nothing else is done with it."""
    deps, form = site_of(request).deps, await request.form()
    is_ours = _is_ours(request, str(form.get(TOKEN, "")))
    kept = seal_form(deps.links, _address(request), form, deps.machine.now()) if is_ours else ""
    await form.close()
    return _sign_in_page(request, SessionOver(), SignIn(request.url.path, kept=kept, lost=is_ours and not kept))


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
        return _sign_in_page(request, problem, SignIn(_next(request), email, str(form.get(FIELD, ""))))
    token = await deps.database.shared(lambda session: open_session(session, candidate, deps.ids, moment))
    kept = unseal_form(deps.links, str(form.get(FIELD, "")), moment.machine)
    response = RedirectResponse(_next(request), 303) if kept is None else await _show_kept(request, kept, token)
    response.set_cookie(
        cookie_name(deps), token, max_age=int(SIGNED_IN.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=deps.secure,
    )  # fmt: skip
    return response


async def _show_kept(request: Request, kept: KeptForm, token: str) -> Response:
    """What was written before signing in, to be sent again with a press; the fields are data like any other."""
    deps = site_of(request).deps
    now = deps.machine.now()
    staff = await deps.database.aread(lambda session: whose_session(session, token, now))
    assert staff is not None
    remember_reader(request, staff.language)
    return _send_again(request, staff, kept, token)


def _send_again(request: Request, staff: Staff, kept: KeptForm, token: str) -> Response:
    values: dict[str, Any] = {"kept": kept, "staff": staff, "home": HOME}
    values["form_token"] = _token_for(site_of(request).deps, token)
    return site_of(request).page(request, "console/send_again.html", **values)


def _address(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


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


def _ask(request: Request) -> Response:
    return _sign_in_page(request, None, SignIn(_next(request), ended=request.query_params.get("ended") == "1"))


def _sign_in_page(request: Request, problem: Problem | None, shown: SignIn) -> Response:
    status = problem.status if problem else 200
    return site_of(request).page(request, "console/sign_in.html", status, problem=problem, shown=shown)


def _wants_page(request: Request) -> bool:
    """A person's browser; a page's own script is told by the redirect that nobody is signed in."""
    return "text/html" in request.headers.get("accept", "")


def _next(request: Request) -> str:
    """Where to go after signing in: a page of the console, nothing else."""
    wanted = request.query_params.get("next", HOME)
    inside = wanted == HOME or wanted.startswith(f"{HOME}/")
    return wanted if inside and not wanted.startswith(SIGN_IN) else HOME


def _number(token: str) -> int:
    return int.from_bytes(sha256(token.encode()).digest()[:7])
