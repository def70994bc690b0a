"""Updates posted to a webhook, one after another, until each is taken (Bot API, "setWebhook")."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.server.bot import Bot, Hook
from sandbox.server.errors import Refusal
from sandbox.server.methods import carry_out
from sandbox.server.strict import Method

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
TIMEOUT = ClientTimeout(total=60)


@dataclass
class Deliverer:
    """Posts one bot's updates while it has a webhook; `retry_seconds` apart when they are refused."""

    bot: Bot
    methods: dict[str, Method]
    retry_seconds: float = 0.5
    _task: asyncio.Task[None] | None = None
    _session: ClientSession | None = field(default=None, repr=False)

    def wake(self) -> None:
        """Starts delivering when there is a webhook and nobody delivers yet."""
        if self.bot.hook is not None and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._deliver())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._session is not None:
            await self._session.close()

    async def _deliver(self) -> None:
        updates = self.bot.updates
        while (hook := self.bot.hook) is not None:
            update = updates.first()
            if update is None:
                await updates.arrival()
            elif await self._post(hook, update):
                updates.confirm(update["update_id"] + 1)
            else:
                await asyncio.sleep(self.retry_seconds)

    async def _post(self, hook: Hook, update: dict[str, Any]) -> bool:
        self._session = self._session or ClientSession(timeout=TIMEOUT)
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with self._session.post(hook.url, json=update, headers=headers) as answer:
                if 200 <= answer.status < 300:
                    await self._obey(await answer.read(), answer.content_type)
                    return True
                self._note(hook, f"Wrong response from the webhook: {answer.status} {answer.reason}")
        except (ClientError, TimeoutError, OSError) as error:
            self._note(hook, f"Connection failed: {error}")
        return False

    async def _obey(self, body: bytes, content_type: str) -> None:
        """A webhook may answer with a method to carry out; its outcome is told to nobody."""
        if content_type != "application/json" or not body:
            return
        request = _as_request(body)
        if request is None:
            return
        name, given = request
        with contextlib.suppress(Refusal):
            await carry_out(self.bot, self.methods.get(name.lower()), given, {})

    def _note(self, hook: Hook, error: str) -> None:
        hook.last_error, hook.last_error_at = error, self.bot.clock.now()


def _as_request(body: bytes) -> tuple[str, dict[str, Any]] | None:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    if not isinstance(content, dict) or "method" not in content:
        return None
    return str(content.pop("method")), content
