"""An application on a socket, by uvicorn, in the loop of whoever calls."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE_SECONDS = 3
KEPT_SECONDS = 75  # an idle connection: longer than a proxy before us keeps it, which would send just as it closes


class Server(uvicorn.Server):
    """Leaves the signals to whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def ending_quietly(app: ASGIApp) -> ASGIApp:
    """A stream that is still followed when the server stops ends there; it is nobody's fault and needs no traceback."""

    async def ends(scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def sends(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await app(scope, receive, sends)
        except asyncio.CancelledError:
            if not began:
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return ends


def make_server(app: ASGIApp, patience: int = PATIENCE_SECONDS) -> Server:
    """`patience` in seconds: so long a request may still take when the server stops."""
    config = uvicorn.Config(
        ending_quietly(app),
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=True,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=patience,
        server_header=False,
    )
    return Server(config)


async def serve_http(app: ASGIApp, listener: socket.socket, patience: int = PATIENCE_SECONDS) -> None:
    """Serves until cancelled; then what is under way is finished."""
    server = make_server(app, patience)
    # Cancelling the server itself would leave its requests to die with the loop, each with a traceback.
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
        listener.close()
