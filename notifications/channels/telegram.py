"""Sends through the Bot API (sendMessage) over kept connections; knows no bot library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from math import inf
from typing import Any

import aiohttp

from core.clock import Clock, SystemClock
from notifications.channels.contract import (
    ChatMessage,
    Delivered,
    Message,
    Misconfigured,
    NotBegun,
    Outcome,
    RecipientGone,
    Rejected,
    ThrottledUntil,
    Unknown,
    UnreachableNow,
)
from notifications.ledger.states import TELEGRAM

TIMEOUT_SECONDS = 30
KEEP_ALIVE_SECONDS = 10  # less than any server's, or a message meets a connection just closed
CONNECTIONS = 100
LONGEST_PAUSE = 86_400.0
GONE = ("chat not found", "user is deactivated", "bot was blocked", "bot can't initiate", "peer_id_invalid")


class TelegramChannel:
    """One bot's way out. `api_url` is `https://api.telegram.org` or another server's.

    With `paid` each message is a paid broadcast (Bot API, allow_paid_broadcast), of which Telegram takes more.
    """

    name = TELEGRAM
    way = TELEGRAM

    def __init__(self, token: str, api_url: str, machine: Clock | None = None, *, paid: bool = False) -> None:
        self._url = f"{api_url.rstrip('/')}/bot{token}/sendMessage"
        self._machine = machine or SystemClock()
        self._paid = paid
        self._session: aiohttp.ClientSession | None = None

    async def send(self, messages: Sequence[Message], interval: float, within: float = inf) -> list[Outcome]:
        """Each at its permit's instant, `interval` seconds after the one before; answers may overtake one another."""
        chats = [message for message in messages if isinstance(message, ChatMessage)]
        begun = [self._one(chat, index * interval) for index, chat in enumerate(chats) if index * interval <= within]
        return await asyncio.gather(*begun) + [NotBegun()] * (len(chats) - len(begun))

    async def _one(self, message: ChatMessage, delay: float) -> Outcome:
        await asyncio.sleep(delay)
        if not message.chat.lstrip("-").isdecimal():
            return Rejected("this is no chat's number")
        try:
            async with self._open().post(self._url, json=self._payload(message)) as response:
                return self._read(response.status, await response.read())
        except aiohttp.ClientConnectorError as error:  # before a byte left
            return UnreachableNow(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unknown(type(error).__name__)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # lets the transports close

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            )
        return self._session

    def _payload(self, message: ChatMessage) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "chat_id": int(message.chat),
            "text": message.text,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if self._paid:
            payload["allow_paid_broadcast"] = True
        if message.buttons:
            keys = [
                [{"text": button.label, **({"callback_data": button.data} if button.data else {"url": button.url})}]
                for button in message.buttons
            ]
            payload["reply_markup"] = {"inline_keyboard": keys}
        return payload

    def _read(self, status: int, body: bytes) -> Outcome:
        """Translates an answer (Bot API, "Making requests"): `ok`, `error_code`, `description`, `parameters`."""
        try:
            answer: dict[str, Any] = json.loads(body)
            if answer["ok"]:
                return Delivered(str(answer["result"]["message_id"]))
            detail = str(answer.get("description", ""))
        except (ValueError, KeyError, TypeError):
            return Unknown(f"HTTP {status} without an answer of the Bot API")
        if status == 429:
            return ThrottledUntil(self._machine.now() + timedelta(seconds=_pause(answer)), detail)
        if status == 403 or (status == 400 and any(words in detail.lower() for words in GONE)):
            return RecipientGone(detail)
        if status in {401, 404}:
            return Misconfigured(detail)
        return UnreachableNow(detail) if status >= 500 else Rejected(detail)


def _pause(answer: dict[str, Any]) -> float:
    """The seconds to wait; a second where the answer does not say it so that it can be understood."""
    try:
        return min(LONGEST_PAUSE, max(0.0, float(answer["parameters"]["retry_after"])))
    except (KeyError, TypeError, ValueError):
        return 1
