"""Whose turn it is to leave by a way: as many groups at once as it is good for, and no slow one holds up the rest."""

from __future__ import annotations

import asyncio


class Turn:
    """One group's turn, from its claim until it has left, or can begin nothing any more.

    A group that hangs (a relay may think about a content for minutes) keeps its worker, but not its turn.
    """

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate = gate
        self._has_it = False
        self._ends: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Turn:
        await self._gate.acquire()
        self._has_it = True
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._ends is not None:
            self._ends.cancel()
        self._pass_on()

    def ends_in(self, seconds: float) -> None:
        """The next group may come then, whether this one has left or not."""
        self._ends = asyncio.get_running_loop().call_later(seconds, self._pass_on)

    def _pass_on(self) -> None:
        if self._has_it:
            self._has_it = False
            self._gate.release()
