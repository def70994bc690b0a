"""What a chat shows that nobody waits for: after a press that was answered already."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bots.participants.parse import Arrived, PressedButton
from bots.participants.unit import Taken

AT_ONCE = 20
PAUSE_SECONDS = 0.05
MOST_PAUSES = 100


@dataclass(frozen=True)
class Outcome:
    """An update and what became of it; `is_answered` where it was a press and Telegram has what to say of it."""

    arrived: Arrived
    taken: Taken
    is_answered: bool = False

    def replaces(self, other: Outcome) -> bool:
        """Whether both change the same message, which then needs to be changed once."""
        return self._changed is not None and self._changed == other._changed

    @property
    def _changed(self) -> int | None:
        did, reply = self.arrived.did, self.taken.reply
        return did.message_id if isinstance(did, PressedButton) and reply.standing is not None and reply.apart else None


class Behind:
    """Shows by and by, `AT_ONCE` at a time: when nobody waits for an answer, after a few seconds at the latest.

    So a hall that votes has its votes counted before its messages are changed.
    """

    def __init__(self, is_busy: Callable[[], bool], show: Callable[[Sequence[Outcome]], Awaitable[None]]) -> None:
        self._is_busy, self._show = is_busy, show
        self._waiting: dict[int, list[Outcome]] = {}  # by their chats, the longest waiting first
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, outcome: Outcome) -> None:
        mine = self._waiting.setdefault(outcome.arrived.chat_id, [])
        if mine and outcome.replaces(mine[-1]):
            mine.pop()
        mine.append(outcome)
        if len(self._workers) < min(AT_ONCE, len(self._waiting)):
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def take(self, chat_id: int) -> Sequence[Outcome]:
        """What still waits for a chat, to be shown now."""
        return self._waiting.pop(chat_id, ())

    async def _work(self) -> None:
        while self._waiting:
            await self._until_quiet()
            for chat_id in self._waiting:
                await self._show(self.take(chat_id))
                break

    async def _until_quiet(self) -> None:
        for _ in range(MOST_PAUSES):
            if not self._is_busy():
                return
            await asyncio.sleep(PAUSE_SECONDS)
