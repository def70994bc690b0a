"""Is it alive, is it ready, and what it has counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from web.deps import WebDeps

log = structlog.get_logger()


class Counts:
    """Requests by route and status, with their time; one for each application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("ascolto_http_requests", "Requests answered", labels, registry=self.registry)
        self._seconds = Histogram("ascolto_http_seconds", "Time to answer", ("route",), registry=self.registry)
        self._known: dict[
            tuple[str, str, int], tuple[Counter, Histogram]
        ] = {}  # to look them up costs more than to count

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's pattern, never the address: addresses hold signed links.
        route = getattr(scope.get("route"), "path", "other")
        what = scope["method"], route, status
        if (known := self._known.get(what)) is None:
            known = self._requests.labels(scope["method"], route, str(status)), self._seconds.labels(route)
            self._known[what] = known
        known[0].inc()
        known[1].observe(seconds)


def health_routes(deps: WebDeps, counts: Counts) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def live() -> Response:
        return JSONResponse({"status": "alive"})

    async def ready() -> Response:
        try:
            await run_in_threadpool(deps.check_ready)
            await deps.database.aread(lambda session: session.connection().exec_driver_sql("SELECT 1").scalar())
        except Exception as error:  # whatever it is, we cannot work; the log says why
            log.warning("not ready", reason=type(error).__name__)
            return JSONResponse({"status": "not ready"}, 503)
        return JSONResponse({"status": "ready"})

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(counts.registry), media_type=CONTENT_TYPE_LATEST)

    routes: list[tuple[str, Callable[..., Awaitable[Response]]]] = [
        ("/health/live", live), ("/health/ready", ready), ("/metrics", metrics),
    ]  # fmt: skip
    for path, endpoint in routes:
        router.add_api_route(path, endpoint, methods=["GET"])
    return router
