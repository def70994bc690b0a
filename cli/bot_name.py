"""What our bots are called, for links to them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
import structlog

from core.config import BOT_API, PREFIX, Settings
from core.errors import SettingWrong

log = structlog.get_logger()

PATIENCE = aiohttp.ClientTimeout(total=10)
TROUBLE_SECONDS = 5.0


async def bot_name(settings: Settings, *, patient: bool = True) -> str:
    """The participants' bot's user name: as set, or as Telegram tells it (Bot API, getMe); "" where it is not needed.

    A patient caller waits for Telegram, so that no invitation leaves without its joining link;
    another gets "" when Telegram does not answer at once. Raises SettingWrong when Telegram does
    not know the token.
    """
    asked = _Asked("PARTICIPANT_BOT_TOKEN", settings.participant_bot_token, settings.participant_bot_name)
    return await _name_of(settings, asked, patient=patient)


async def staff_bot_name(settings: Settings) -> str:
    """The staff's bot's, for the links to it in the console; "" when Telegram does not answer at once."""
    asked = _Asked("STAFF_BOT_TOKEN", settings.staff_bot_token, settings.staff_bot_name)
    return await _name_of(settings, asked, patient=False)


@dataclass(frozen=True)
class _Asked:
    setting: str
    token: str
    name: str


async def _name_of(settings: Settings, asked: _Asked, *, patient: bool) -> str:
    if asked.name or not asked.token or settings.telegram_api_url != BOT_API:
        return asked.name
    url = f"{settings.telegram_api_url}/bot{asked.token}/getMe"
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
                raise SettingWrong(name=f"{PREFIX}{asked.setting}", said=said)
            return str(answer["result"]["username"])
