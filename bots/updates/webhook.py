"""Telegram's webhooks: the answer 200 goes out only after the commit."""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256
from typing import Generic

import structlog
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bots.updates.door import Door, Silent, U
from bots.updates.failing import Failures
from core.asgi import answer, header, read_body

log = structlog.get_logger()

MOST_BYTES = 1_000_000
TROUBLE_SECONDS = 1.0
SECRET_HEADER = b"x-telegram-bot-api-secret-token"
JSON = [(b"content-type", b"application/json")]


def path_of(bot: str) -> str:
    """Where updates for a bot come in: participants or staff."""
    return f"/hooks/telegram/{bot}"


def webhook_secret(secret: str, token: str) -> str:
    """What Telegram must send in X-Telegram-Bot-Api-Secret-Token (Bot API, setWebhook)."""
    return hmac.new(secret.encode(), f"webhook:{token}".encode(), sha256).hexdigest()


async def keep_webhook(door: Door[U], address: str, secret: str) -> None:
    """Tells Telegram where to deliver, once it answers; then there is nothing left to do but stay."""
    while True:
        try:
            await door.prepare()
            await door.set_webhook(address, secret)
            break
        except Silent as silent:
            log.warning("Telegram does not answer", error=type(silent.__cause__).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)
    await asyncio.Event().wait()


def route_for(door: Door[U], path: str, secret: str) -> Route:
    """The route that takes updates in; anything without the secret is turned away."""
    return Route(path, Hook(door, secret), methods=["POST"])


class Hook(Generic[U]):
    """Takes in what Telegram posts: by ASGI alone, as a hall's votes come this way too."""

    def __init__(self, door: Door[U], secret: str) -> None:
        self._door, self._secret, self._failures = door, secret.encode(), Failures(door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not hmac.compare_digest(header(scope["headers"], SECRET_HEADER), self._secret):
            await answer(send, 403)
            return
        body = (await read_body(receive, MOST_BYTES)).content
        if body is None:
            await answer(send, 413)
            return
        status, said = await self._take(body)
        await answer(send, status, JSON if said else (), said)

    async def _take(self, body: bytes) -> tuple[int, bytes]:
        """What the post is answered with."""
        update = self._door.read(body)
        if update is None:
            log.warning("an update could not be read")
            return 400, b""
        try:
            said = await self._door.take_posted(update)
        except Exception as error:  # not committed: Telegram sends it again
            return 200 if await self._failures.given_up(update, error) else 500, b""
        self._failures.forget(update)
        return 200, said
