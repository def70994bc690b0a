"""Updates that wait for a bot, and the long poll that hands them over (Bot API, "getUpdates")."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.errors import conflict

Json = dict[str, Any]
# What a bot hears only when it asks for it.
ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass
class _Poll:
    """One waiting getUpdates; a newer one, or the end of the world, ends it."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    replaced: bool = False


@dataclass
class Updates:
    """The queue of one bot, in order; an update stays until it is confirmed."""

    waiting: deque[tuple[int, Json]] = field(default_factory=deque)
    allowed: frozenset[str] | None = None
    last_id: int = 1000
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _poll: _Poll | None = None

    def add(self, chat_id: int, kind: str, content: Json) -> int | None:
        """Queues an update; its id, or None when the bot has not asked for that kind."""
        if not (kind not in ON_REQUEST if self.allowed is None else kind in self.allowed):
            return None
        self.last_id += 1
        self.waiting.append((chat_id, {"update_id": self.last_id, kind: content}))
        self._arrived.set()
        return self.last_id

    def allow(self, kinds: list[str] | None) -> None:
        """Keeps the choice of kinds until the next one; an empty list is the usual choice."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forgets what comes before an offset; a negative one keeps that many from the end."""
        if offset < 0:
            offset = self.last_id + 1 + max(offset, -len(self.waiting))
        while self.waiting and self.waiting[0][1]["update_id"] < offset:
            self.waiting.popleft()

    def pending(self, chat_id: int | None = None) -> int:
        """How many updates are not yet confirmed, of one chat or of all."""
        return sum(chat_id in {None, chat} for chat, _ in self.waiting)

    def first(self) -> Json | None:
        return self.waiting[0][1] if self.waiting else None

    async def poll(self, limit: int, timeout_seconds: int) -> list[Json]:
        """Up to `limit` updates, as soon as there are any; raises 409 when a newer poll comes."""
        if self._poll is not None:
            self._poll.replaced = True
            self._poll.over.set()
        poll = self._poll = _Poll()
        try:
            if not self.waiting and timeout_seconds > 0:
                await self._wait(poll, timeout_seconds)
        finally:
            if self._poll is poll:
                self._poll = None
        if poll.replaced:
            raise conflict(TERMINATED)
        return [update for _, update in list(self.waiting)[:limit]]

    async def arrival(self) -> None:
        """Returns when something waits."""
        while not self.waiting:
            self._arrived.clear()
            await self._arrived.wait()

    def release(self) -> None:
        """Ends the poll that waits, with what there is."""
        if self._poll is not None:
            self._poll.over.set()

    async def _wait(self, poll: _Poll, timeout_seconds: int) -> None:
        tasks = [asyncio.create_task(self.arrival()), asyncio.create_task(poll.over.wait())]
        try:
            await asyncio.wait(tasks, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
