"""A receiver of calls on loopback, and what its developer would write to check a signature."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.web import LOOPBACK, free_port


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.content["data"]


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """As docs/webhooks.md tells a receiving developer to do it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))


@dataclass(frozen=True)
class Say:
    """What a receiver answers."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Receiver:
    """Answers with what `says` holds, 204 once it is empty; keeps what came. `slow` holds every answer back."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    slow: float = 0
    at_once: int = 0
    most_at_once: int = 0

    async def take(self, request: web.Request) -> web.Response:
        self.received.append(Received(dict(request.headers), await request.read()))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.slow)
        finally:
            self.at_once -= 1
        say = self.says.pop(0) if self.says else Say(204)
        return web.Response(status=say.status, headers=dict(say.headers), body=say.body)

    @property
    def kinds(self) -> list[str]:
        return [one.content["type"] for one in self.received]

    async def until(self, count: int, seconds: float = 30) -> list[Received]:
        await until(lambda: len(self.received) >= count, seconds)
        return self.received


async def until(fits: Callable[[], bool], seconds: float = 30) -> None:
    for _ in range(round(seconds / 0.02)):
        if fits():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about in time")


@asynccontextmanager
async def receiving(**options: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver(**options)
    app = web.Application(client_max_size=10**7)
    app.router.add_post("/{rest:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    listening = free_port()
    await web.SockSite(runner, listening).start()
    receiver.url = f"http://{LOOPBACK}:{listening.getsockname()[1]}/ascolto"
    try:
        yield receiver
    finally:
        await runner.cleanup()
