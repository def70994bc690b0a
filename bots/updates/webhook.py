"""Telegram's webhooks: the answer 200 goes out only after the commit."""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.updates.door import Door, Silent, U
from bots.updates.failing import Failures

log = structlog.get_logger()

MOST_BYTES = 1_000_000
TROUBLE_SECONDS = 1.0


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
    failures = Failures(door)

    async def take(request: Request) -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        body = await request.body()
        if len(body) > MOST_BYTES:
            return Response(status_code=413)
        update = door.read(body)
        if update is None:
            log.warning("an update could not be read")
            return Response(status_code=400)
        try:
            said = await door.take_posted(update)
        except Exception as error:  # not committed: Telegram sends it again
            return Response(status_code=200 if await failures.given_up(update, error) else 500)
        failures.forget(update)
        return Response(said, media_type="application/json") if said else Response()

    return Route(path, take, methods=["POST"])
