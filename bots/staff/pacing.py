"""The bot's pace in one chat: one message a second after a few at once (Bot FAQ), and as long as Telegram says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

EACH_SECONDS = 1.0
AT_ONCE = 3
COUNTED = ("send", "edit", "copy", "forward")  # what Telegram counts
UNCOUNTED = ("sendChatAction",)
MOST_WAITS = 5


class Turns:
    """When the next message may go into each chat: the generic cell rate algorithm."""

    def __init__(self, each: float = EACH_SECONDS, at_once: int = AT_ONCE) -> None:
        self._each, self._ahead = each, each * (at_once - 1)
        self._full_at: dict[int, float] = {}

    def wait(self, chat_id: int, now: float) -> float:
        """Takes a turn; the seconds until it comes."""
        full_at = max(self._full_at.get(chat_id, now), now)
        self._full_at = {chat: at for chat, at in self._full_at.items() if at > now}
        self._full_at[chat_id] = full_at + self._each
        return max(0.0, full_at - now - self._ahead)


class Paced(BaseRateLimiter[None]):
    """Holds each message back until its chat may have it."""

    def __init__(self, turns: Turns | None = None) -> None:
        self._turns = turns or Turns()

    async def initialize(self) -> None:
        """Nothing has to be opened."""

    async def shutdown(self) -> None:
        """Nothing has to be closed."""

    async def process_request(  # noqa: PLR0913, PLR0917 - as the library has it
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Raises RetryAfter after waiting several times."""
        chat_id = data.get("chat_id")
        if endpoint.startswith(COUNTED) and endpoint not in UNCOUNTED and isinstance(chat_id, int):
            await asyncio.sleep(self._turns.wait(chat_id, time.monotonic()))
        for _ in range(MOST_WAITS):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = error.retry_after
                await asyncio.sleep(seconds if isinstance(seconds, int | float) else seconds.total_seconds())
        return await callback(*args, **kwargs)
