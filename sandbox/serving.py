"""A world put on real ports: HTTP by uvicorn, mail by its own server, in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from sandbox.app import create_app
from sandbox.mail.smtp import serve_mail
from sandbox.world import World

LOOPBACK = "127.0.0.1"
KEPT_SECONDS = 75  # an idle connection; one that closes just as a client sends loses what was sent


@dataclass(frozen=True)
class Addresses:
    """Where a world is reached."""

    http_port: int
    smtp_port: int
    host: str = LOOPBACK

    @property
    def http(self) -> str:
        return f"http://{self.host}:{self.http_port}"

    @property
    def telegram(self) -> str:
        """The address that takes the place of Telegram's own."""
        return f"{self.http}/telegram"

    @property
    def smtp(self) -> str:
        return f"smtp://{self.host}:{self.smtp_port}"


class Server(uvicorn.Server):
    """Leaves the signals to whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(world: World, port: int = 0, smtp_port: int = 0, host: str = LOOPBACK) -> AsyncIterator[Addresses]:
    """Serves a world while the context lasts; port 0 takes a free one."""
    async with (
        serving_mail(world, smtp_port, host) as taken,
        serving_app(create_app(world), port, host) as http_port,
    ):
        try:
            yield Addresses(http_port, taken, host)
        finally:
            await world.close()


@asynccontextmanager
async def serving_mail(world: World, port: int = 0, host: str = LOOPBACK) -> AsyncIterator[int]:
    """Serves only the mail side; the port taken."""
    server = await serve_mail(world.postman, host, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


@asynccontextmanager
async def serving_app(app: ASGIApp, port: int = 0, host: str = LOOPBACK) -> AsyncIterator[int]:
    """Serves a web application; the port taken."""
    # Only a socket that names its protocol gets TCP_NODELAY, without which every answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await task
        listening.close()
