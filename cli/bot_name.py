"""What the participants' bot is called, for joining links."""

from __future__ import annotations

import aiohttp
import structlog

from core.config import Settings

log = structlog.get_logger()
PATIENCE = aiohttp.ClientTimeout(total=10)


async def bot_name(settings: Settings) -> str:
    """The bot's user name: set, or asked from Telegram (getMe); "" without a bot or without an answer."""
    if settings.participant_bot_name or not settings.participant_bot_token:
        return settings.participant_bot_name
    url = f"{settings.telegram_api_url}/bot{settings.participant_bot_token}/getMe"
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as http, http.get(url) as response:
            answer = await response.json()
        return str(answer["result"]["username"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
        log.warning(
            "Telegram did not tell the bot's name; messages leave without joining links", error=type(error).__name__
        )
        return ""
