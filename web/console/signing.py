"""Signing in and out, and who a request comes from."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Problem
from core.i18n import LANGUAGES
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
from web.console.carrying import HOME, SignIn, carried, carried_on, sent_anew, show_kept
from web.console.errors import FormForged, NothingHere, SessionOver
from web.console.form_tokens import TOKEN, check_token, cookie_name
from web.console.store import office_of
from web.site import remember_reader, site_of

SIGN_IN = "/console/sign-in"
NOTHING_WRITTEN = {f"{HOME}/sign-out", f"{HOME}/language"}
LARGEST_ID = 2**63 - 1

Handler = Callable[[Request, Staff], Awaitable[Response]]


def signed_in(handle: Handler, *, checks_forms: bool = True) -> Callable[[Request], Awaitable[Response]]:
    """A page for staff: others are led to the sign-in page and come back; a form must carry our token.

    Whose session ended while they wrote signs in where they are, and sends what they wrote once more (carrying.py).

    Without `checks_forms` the page calls `check_token` itself, once it has read what was posted.
    """

    async def page(request: Request) -> Response:
        deps = site_of(request).deps
        token = request.cookies.get(cookie_name(deps), "")
        now = deps.machine.now()
        staff = await deps.database.aread(lambda session: whose_session(session, token, now)) if token else None
        if staff is None:
            if request.method == "POST" and request.url.path not in NOTHING_WRITTEN and _wants_page(request):
                return _sign_in_page(request, SessionOver(), await carried(request))
            ended = "&ended=1" if token else ""
            return RedirectResponse(f"{SIGN_IN}?next={request.url.path}{ended}", 303)
        if any(isinstance(one, int) and one > LARGEST_ID for one in request.path_params.values()):
            raise NothingHere
        request.state.account_id = staff.account_id
        office = await deps.database.aread(lambda session: office_of(session, staff))
        remember_reader(request, staff.language, office)
        if request.method == "POST" and checks_forms:
            form = await request.form()
            try:
                check_token(request, str(form.get(TOKEN, "")))
            except FormForged:
                again = await sent_anew(request, staff, token)
                if again is None:
                    raise
                return again
        return await handle(request, staff)

    return page


async def ask(request: Request) -> Response:
    return _ask(request)


async def enter(request: Request) -> Response:
    """Signs in; a wrong password and an unknown address look the same."""
    deps = site_of(request).deps
    form = await request.form()
    email, password = str(form.get("email", ""))[:320], str(form.get("password", ""))[:1000]
    sealed, kept = carried_on(request, form)
    moment = Moment(deps.clock.now(), deps.machine.now())
    try:
        candidate = await deps.database.awrite(lambda session: count_try(session, email, moment.machine))
        if not await to_thread(is_right, candidate, password):
            raise SignInFailed
    except Problem as problem:
        return _sign_in_page(request, problem, SignIn(_next(request), email, sealed))
    token = await deps.database.shared(lambda session: open_session(session, candidate, deps.ids, moment))
    response = RedirectResponse(_next(request), 303) if kept is None else await show_kept(request, kept, token)
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
