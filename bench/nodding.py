"""A Telegram that agrees to everything at once: what the chat shows afterwards has somewhere to go, at little cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from cli.http import serve_http
from cli.ports import listen

WHO = {"id": 1001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


async def nod(request: Request) -> JSONResponse:
    return JSONResponse({"ok": True, "result": WHO if request.path_params["method"] == "getMe" else True})


@asynccontextmanager
async def nodding() -> AsyncIterator[str]:
    """Its address, for ASCOLTO_TELEGRAM_API_URL."""
    app = Starlette(routes=[Route("/bot{token}/{method}", nod, methods=["GET", "POST"])])
    listener = listen("127.0.0.1", 0)
    serving = asyncio.ensure_future(serve_http(app, listener))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
