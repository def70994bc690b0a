"""How fast a bot may write, measured by the machine's own passing of time.

The pretended clock may jump; a limit of 30 a second must not jump with it. Numbers: Bot FAQ,
"My bot is hitting limits".
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.server.errors import too_many


@dataclass(frozen=True)
class Limits:
    """Messages a second over all chats, a second in one chat (after a burst), a minute in one group; paid ones."""

    overall: float = 30
    per_chat: float = 1
    chat_burst: int = 5
    per_group_minute: int = 20
    paid: float = 1000


@dataclass
class _Bucket:
    """The instant at which the bucket would be empty again: the generic cell rate algorithm."""

    full_at: float = 0

    def wait(self, now: float, rate: float, burst: float) -> float:
        return max(0.0, self.full_at - now - (burst - 1) / rate)

    def take(self, now: float, rate: float, count: int) -> None:
        self.full_at = max(self.full_at, now) + count / rate


@dataclass
class Rates:
    """The limits of one bot and how much of them is used."""

    limits: Limits
    measure: Callable[[], float] = time.monotonic
    _overall: _Bucket = field(default_factory=_Bucket)
    _paid: _Bucket = field(default_factory=_Bucket)
    _chats: dict[int, _Bucket] = field(default_factory=dict)

    def spend(self, chat_id: int, count: int = 1, *, paid: bool = False) -> None:
        """Counts messages to a chat, those of an album together; raises 429 with the seconds to wait, counting nothing.

        An album may go over a burst, since it cannot be sent in pieces; what follows it waits the longer. A paid
        broadcast counts among the paid ones (Bot API, allow_paid_broadcast).
        """
        now, limits = self.measure(), self.limits
        chat = self._chats.setdefault(chat_id, _Bucket())
        rate, burst = (
            (limits.per_group_minute / 60, limits.per_group_minute)
            if chat_id < 0
            else (limits.per_chat, limits.chat_burst)
        )
        together, most = (self._paid, limits.paid) if paid else (self._overall, limits.overall)
        wait = max(together.wait(now, most, most), chat.wait(now, rate, burst))
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        together.take(now, most, count)
        chat.take(now, rate, count)
