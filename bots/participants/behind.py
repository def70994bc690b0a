"""What a chat shows that nobody waits for: after a press that was answered already."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bots.participants.parse import PressedButton
from bots.participants.unit import Taken

AT_ONCE = 20
PAUSE_SECONDS = 0.05
MOST_PAUSES = 100


class Behind:
    """Shows by and by, `AT_ONCE` at a time: when nobody waits for an answer, after a few seconds at the latest.

    So a hall that votes has its votes counted before its messages are changed.
    """

    def __init__(self, is_busy: Callable[[], bool], show: Callable[[Sequence[Taken]], Awaitable[None]]) -> None:
        self._is_busy, self._show = is_busy, show
        self._waiting: dict[int, list[Taken]] = {}  # by their chats, the longest waiting first
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, taken: Taken) -> None:
        mine = self._waiting.setdefault(taken.chat.id, [])
        if mine and (changed := _changed(taken)) is not None and changed == _changed(mine[-1]):
            mine.pop()  # a message that both change needs to be changed once
        mine.append(taken)
        if len(self._workers) < min(AT_ONCE, len(self._waiting)):
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def take(self, chat_id: int) -> Sequence[Taken]:
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


def _changed(taken: Taken) -> int | None:
    """The message that is changed for it."""
    did, reply = taken.arrived.did, taken.reply
    return did.message_id if isinstance(did, PressedButton) and reply.view is not None and reply.apart else None
