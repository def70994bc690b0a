"""Telegram's webhook: the answer 200 goes out only after the commit."""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Update
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.participants.failing import Failures
from bots.participants.receiving import UPDATES, BotDeps, create_dispatcher, introduce

log = structlog.get_logger()

PATH = "/hooks/telegram/participants"
MOST_BYTES = 1_000_000
CONNECTIONS = 100
TROUBLE_SECONDS = 1.0


def webhook_secret(secret: str, token: str) -> str:
    """What Telegram must send in X-Telegram-Bot-Api-Secret-Token (Bot API, setWebhook)."""
    return hmac.new(secret.encode(), f"webhook:{token}".encode(), sha256).hexdigest()


async def keep_webhook(bot: Bot, public_url: str, secret: str) -> None:
    """Tells Telegram where to deliver, once it answers; then there is nothing left to do but stay."""
    while True:
        try:
            await introduce(bot)
            await bot.set_webhook(
                f"{public_url}{PATH}", secret_token=secret, max_connections=CONNECTIONS, allowed_updates=UPDATES
            )
            break
        except AiogramError as error:
            log.warning("Telegram does not answer", error=type(error).__name__)
            await asyncio.sleep(TROUBLE_SECONDS)
    await asyncio.Event().wait()


def webhook_route(deps: BotDeps, secret: str) -> Route:
    """The route that takes updates in; anything without the secret is turned away."""
    dispatcher, failures = create_dispatcher(deps), Failures(deps.bot)

    async def take(request: Request) -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        body = await request.body()
        if len(body) > MOST_BYTES:
            return Response(status_code=413)
        try:
            update = Update.model_validate_json(body, context={"bot": deps.bot})
        except ValidationError:
            log.warning("an update could not be read")
            return Response(status_code=400)
        try:
            await dispatcher.feed_update(deps.bot, update)
        except Exception as error:  # not committed: Telegram sends it again
            return Response(status_code=200 if await failures.given_up(update, error) else 500)
        failures.forget(update)
        return Response(status_code=200)

    return Route(PATH, take, methods=["POST"])
