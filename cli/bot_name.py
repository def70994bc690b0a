"""What the participants' bot is called, for joining links."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog

from core.config import PREFIX, TELEGRAM, Settings
from core.errors import SettingWrong

log = structlog.get_logger()

PATIENCE = aiohttp.ClientTimeout(total=10)
TROUBLE_SECONDS = 5.0


async def bot_name(settings: Settings, *, patient: bool = True) -> str:
    """The bot's user name: as set, or as Telegram tells it (Bot API, getMe); "" where it is not needed.

    A patient caller waits for Telegram, so that no invitation leaves without its joining link;
    another gets "" when Telegram does not answer at once. Raises SettingWrong when Telegram does
    not know the token.
    """
    if settings.participant_bot_name or not settings.participant_bot_token or settings.telegram_api_url != TELEGRAM:
        return settings.participant_bot_name
    url = f"{settings.telegram_api_url}/bot{settings.participant_bot_token}/getMe"
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        while True:
            try:
                async with http.get(url) as response:
                    answer = await response.json()
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.warning("Telegram does not tell the bot's name", error=type(error).__name__)
                if not patient:
                    return ""
                await asyncio.sleep(TROUBLE_SECONDS)
                continue
            if not answer.get("ok"):
                said = str(answer.get("description", ""))
                raise SettingWrong(name=f"{PREFIX}PARTICIPANT_BOT_TOKEN", said=said)
            return str(answer["result"]["username"])
