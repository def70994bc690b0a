"""Errors as pages, or as JSON for who asks for JSON (RFC 9457)."""

from __future__ import annotations

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import Problem
from core.i18n import N_, translator
from web.errors import MethodWrong, PageUnknown, PostIncomplete, RequestTooLarge, Unexpected
from web.public.store import load_office
from web.site import Site, language_of, pages_of

log = structlog.get_logger()

OURS = "ascolto"  # told in every answer of ours, so that a telephone at a door knows it from a proxy's
KNOWN: dict[int, type[Problem]] = {404: PageUnknown, 405: MethodWrong, 413: RequestTooLarge}
TITLES = {
    400: N_("This did not work"),
    403: N_("This page is not open to you"),
    404: N_("Page not found"),
    405: N_("This did not work"),
    409: N_("Something changed meanwhile"),
    410: N_("This page is no longer available"),
    413: N_("Too much at once"),
    500: N_("Something went wrong"),
}


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_middleware(CrashPages)


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    await _name_office(request)
    return show_problem(request, error)


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    await _name_office(request)
    known = KNOWN.get(error.status_code, PostIncomplete)
    response = show_problem(request, known(limit=pages_of(request).limit_mb), error.status_code)
    response.headers.update(error.headers or {})
    return response


class CrashPages:
    """Answers what nobody foresaw; a middleware, so that its pages carry the headers of all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_and_see(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except Exception:
            route = getattr(scope.get("route"), "path", "")
            log.exception("page failed", method=scope.get("method", ""), route=route)
            if begun or scope["type"] != "http":
                raise
            await show_problem(Request(scope), Unexpected())(scope, receive, send)


def show_problem(request: Request, problem: Problem, status: int = 0) -> Response:
    """The problem in the reader's language, with what to do."""
    status = status or problem.status
    t = translator(language_of(request))
    title, detail = t(TITLES.get(status, TITLES[400])), problem.say(t)
    if _wants_json(request):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "service": OURS}
        return JSONResponse(body, status, media_type="application/problem+json")
    return pages_of(request).page(request, "problem.html", status, title=title, detail=detail)


async def _name_office(request: Request) -> None:
    """An error page says whom to write to, also where the link told nothing."""
    site = pages_of(request)
    if isinstance(site, Site) and getattr(request.state, "office", None) is None and not _wants_json(request):
        try:
            request.state.office = await site.deps.database.aread(load_office)
        except SQLAlchemyError:
            log.warning("no office to name")


def _wants_json(request: Request) -> bool:
    accepts = request.headers.get("accept", "")
    sends = request.headers.get("content-type", "")
    return "text/html" not in accepts and ("json" in accepts or sends.startswith("application/json"))
