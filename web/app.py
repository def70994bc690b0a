"""The web application: pages for participants and the console for staff."""

from __future__ import annotations

from fastapi import FastAPI

from core.database.reading import SharedReads
from web.console.routes import console_routes
from web.deps import WebDeps
from web.entrance import Entrance
from web.guards import BodyLimit
from web.health import Counts, health_routes
from web.live.feeds import Feeds
from web.problems import add_handlers
from web.public.routes import public_routes
from web.public.uploads import body_limit_mb
from web.public.voting import voting_routes
from web.site import create_site

FILES_AT = ("/q/", "/o/", "/app/q/", "/console/rounds/")


def create_app(deps: WebDeps) -> Entrance:
    """Raises AssetsMissing before the front-end files are installed."""
    app = FastAPI(title="Ascolto", docs_url=None, redoc_url=None, openapi_url=None)
    site = create_site(deps)
    counts = Counts()
    app.state.site = site
    app.state.feeds = Feeds(deps.database, deps.clock)
    app.state.reads = SharedReads(deps.database)
    app.add_api_route("/assets/{name:path}", site.assets.serve, methods=["GET", "HEAD"], include_in_schema=False)
    app.include_router(public_routes())
    app.include_router(health_routes(deps, counts))
    app.include_router(console_routes())
    add_handlers(app)
    files_mb = body_limit_mb(deps.attachment_limit_mb)
    app.add_middleware(BodyLimit, limit_mb=deps.upload_limit_mb, files_at=FILES_AT, files_mb=files_mb)
    entrance = Entrance(app, counts, secure=deps.secure)
    entrance.put_first(voting_routes(deps, entrance.guarded))
    return entrance
