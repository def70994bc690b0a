"""An application on a socket, by uvicorn, in the loop of whoever calls."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

PATIENCE_SECONDS = 3
KEPT_SECONDS = 75  # an idle connection: longer than a proxy before us keeps it, which would send just as it closes


class Server(uvicorn.Server):
    """Leaves the signals to whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_server(app: ASGIApp) -> Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=True,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=PATIENCE_SECONDS,
        server_header=False,
    )
    return Server(config)


async def serve_http(app: ASGIApp, listener: socket.socket) -> None:
    """Serves until cancelled; then what is under way is finished."""
    server = make_server(app)
    # Cancelling the server itself would leave its requests to die with the loop, each with a traceback.
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
        listener.close()
