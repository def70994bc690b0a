"""The simulator alone, of one form, for `ascolto form preview`: no database, no account, nothing kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from core.clock import Clock
from core.links import Links
from surveys.engine.form import Form
from web.guards import BodyLimit, SecurityHeaders
from web.problems import add_handlers
from web.public.reading import read_post
from web.simulator.chat import ChatPreview
from web.simulator.trial import Trial, begin, fill_in, opened, take, unseal
from web.simulator.view import values_of
from web.site import create_pages, language_of

LIMIT_MB = 5


@dataclass(frozen=True)
class Preview:
    """What is tried out, at which answers, and in which language it begins."""

    form: Form
    chat: ChatPreview
    clock: Clock
    links: Links
    language: str = ""
    answers: Mapping[str, str] | None = None


def create_preview(preview: Preview) -> FastAPI:
    """Raises AssetsMissing before the front-end files are installed."""
    app = FastAPI(title="Ascolto", docs_url=None, redoc_url=None, openapi_url=None)
    pages = app.state.site = create_pages(LIMIT_MB)

    async def show(request: Request) -> Response:
        trial = begin({}, preview.form, preview.clock.now(), preview.language)
        trial = fill_in(trial, preview.answers or {})
        return _page(request, trial)

    async def act(request: Request) -> Response:
        post = read_post(await request.form())
        source, session = unseal(post.text("trial"), preview.links)
        return _page(request, take(opened(source, preview.form, session, preview.clock.now()), post, preview.chat))

    def _page(request: Request, trial: Trial) -> Response:
        values = values_of(trial, preview.chat, preview.links, language_of(request))
        return pages.page(request, "simulator/preview.html", action="/", form_token="", **values)

    app.add_api_route("/assets/{name:path}", pages.assets.serve, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/", show, methods=["GET"], include_in_schema=False)
    app.add_api_route("/", act, methods=["POST"], include_in_schema=False)
    add_handlers(app)
    app.add_middleware(BodyLimit, limit_mb=LIMIT_MB, files_at=(), files_mb=LIMIT_MB)
    app.add_middleware(SecurityHeaders, secure=False)
    return app
