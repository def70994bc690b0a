"""Whether Telegram knows our bots and brings us what people write (Bot API, getMe, getWebhookInfo)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from core.clock import Clock
from core.config import PREFIX, TOKEN, Settings
from core.findings import Finding, Judgement, State
from core.i18n import N_

CHECK = "telegram"
PATIENCE = aiohttp.ClientTimeout(total=6)
MANY = 100  # updates that wait
LATELY = timedelta(days=1)
UNAUTHORIZED, NOT_FOUND = 401, 404

UNSET = Judgement(CHECK, State.OK, N_("No bot is set up."))
KNOWN = Judgement(CHECK, State.OK, N_("Telegram knows @{bot} ({setting})."))
UNKNOWN_TOKEN = Judgement(
    CHECK,
    State.WRONG,
    N_("Telegram does not know the token in {setting}: {error}"),
    N_("Take the token of the bot that BotFather shows under API Token; a revoked one does not come back."),
)
SILENT = Judgement(
    CHECK,
    State.WRONG,
    N_("{host} does not answer for {setting}: {error}"),
    N_("Look whether this machine reaches that address, and at ASCOLTO_TELEGRAM_API_URL."),
)
OTHER_NAME = Judgement(
    CHECK,
    State.WRONG,
    N_("{setting} says {name}, but the token is that of @{bot}: links lead to another bot."),
    N_("Set it to {bot}, or leave it empty."),
)
DELIVERED = Judgement(CHECK, State.OK, N_("Telegram delivers what people write to @{bot} here (waiting: {count})."))
POLLED = Judgement(CHECK, State.OK, N_("What people write to @{bot} is fetched by polling (waiting: {count})."))
NO_HOOK = Judgement(
    CHECK,
    State.WARNING,
    N_("Telegram does not deliver yet what people write to @{bot} (waiting: {count})."),
    N_("The service sees to it when it starts:"),
)
ELSEWHERE = Judgement(
    CHECK,
    State.WARNING,
    N_("Telegram delivers what people write to @{bot} to another place: {host}."),
    N_("If another installation uses this bot, make one of your own. Otherwise it changes when the service starts:"),
)
MANY_WAIT = Judgement(
    CHECK,
    State.WARNING,
    N_("{count} updates for @{bot} wait at Telegram, which keeps them for a day."),
    N_("Look whether the service runs, and at its log."),
)
FAILS = Judgement(
    CHECK,
    State.WARNING,
    N_("Telegram could not deliver to @{bot} at {when} (UTC): {error}"),
    N_("Look whether ASCOLTO_PUBLIC_URL is reached from outside and its certificate is complete."),
)
SERVE = "ascolto serve"


class Refusal(Exception):
    """What Telegram says instead of answering; `is_token` where it does not know who asks."""

    def __init__(self, said: str, *, is_token: bool) -> None:
        super().__init__(said)
        self.is_token = is_token


@dataclass(frozen=True)
class BotApi:
    """Asks for one bot. Its token stands in addresses, so no error of the library is told as it is."""

    http: aiohttp.ClientSession
    base: str
    token: str

    async def ask(self, method: str) -> Mapping[str, Any]:
        """Raises Refusal."""
        try:
            async with self.http.get(f"{self.base}/bot{self.token}/{method}") as response:
                answer = await response.json(content_type=None)
        except aiohttp.ClientConnectorError as error:
            raise Refusal(str(error.os_error), is_token=False) from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Refusal(type(error).__name__, is_token=False) from error
        result = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(result, dict):
            said = str(answer.get("description", "")) if isinstance(answer, dict) else ""
            raise Refusal(
                said or f"HTTP {response.status}", is_token=response.status in {UNAUTHORIZED, NOT_FOUND} and bool(said)
            )
        return result


async def look_telegram(settings: Settings, clock: Clock) -> list[Finding]:
    """The bots that are set up."""
    tokens = {
        f"{PREFIX}PARTICIPANT_BOT_TOKEN": settings.participant_bot_token,
        f"{PREFIX}STAFF_BOT_TOKEN": settings.staff_bot_token,
    }
    if not any(tokens.values()):
        return [UNSET.of()]
    async with aiohttp.ClientSession(timeout=PATIENCE) as http:
        apis = {name: BotApi(http, settings.telegram_api_url, token) for name, token in tokens.items()}
        usable = {name: api for name, api in apis.items() if TOKEN.fullmatch(api.token)}
        found = await asyncio.gather(*(_look(api, name, settings, clock) for name, api in usable.items()))
    return [one for findings in found for one in findings]


async def _look(api: BotApi, setting: str, settings: Settings, clock: Clock) -> list[Finding]:
    try:
        bot = str((await api.ask("getMe")).get("username", ""))
        hook = await api.ask("getWebhookInfo")
    except Refusal as refusal:
        if refusal.is_token:
            return [UNKNOWN_TOKEN.of(setting=setting, error=str(refusal))]
        return [SILENT.of(host=urlsplit(api.base).netloc, setting=setting, error=str(refusal))]
    is_staff = setting.startswith(f"{PREFIX}STAFF")
    name = settings.staff_bot_name if is_staff else settings.participant_bot_name
    names = setting.replace("_TOKEN", "_NAME")
    other = (
        [OTHER_NAME.of(setting=names, name=name, bot=bot)] if name and name.lstrip("@").lower() != bot.lower() else []
    )
    return [KNOWN.of(bot=bot, setting=setting), *other, *judge_hook(bot, hook, settings, clock.now())]


def judge_hook(bot: str, hook: Mapping[str, Any], settings: Settings, now: datetime) -> Iterator[Finding]:
    """The ways by which updates come (Bot API, WebhookInfo)."""
    url, count = str(hook.get("url") or ""), int(hook.get("pending_update_count") or 0)
    if url and not (settings.webhook and url.startswith(f"{settings.public_url.rstrip('/')}/")):
        yield ELSEWHERE.of(SERVE, bot=bot, host=urlsplit(url).netloc)
    elif settings.webhook and not url:
        yield NO_HOOK.of(SERVE, bot=bot, count=count)
    else:
        yield (DELIVERED if url else POLLED).of(bot=bot, count=count)
    if count > MANY:
        yield MANY_WAIT.of(bot=bot, count=count)
    at = datetime.fromtimestamp(int(hook.get("last_error_date") or 0), UTC)
    if now - at < LATELY:
        yield FAILS.of(bot=bot, when=f"{at:%Y-%m-%d %H:%M}", error=str(hook.get("last_error_message") or ""))
