"""Turns in the event loop: for work that would quarrel with it over the interpreter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 0.1


class Turns:
    """Turns for one batch of work. Where the loop does not come to one, the rest is done in the caller's thread.

    So is all of it where the loop is not to be asked.
    """

    def __init__(self, *, ask: bool = True) -> None:
        self._came = ask

    def take(self, loop: asyncio.AbstractEventLoop, work: Callable[[], T]) -> T:
        """Runs short work in a loop, from another thread, and waits for it; raises what it raises.

        A loop that is closed, or does not come to it within `PATIENCE_SECONDS` (it may be waiting for this very
        thread), is not waited for: the work is done here. It is done once in any case. Work must not wait for the loop.
        """
        turn: Future[T] = Future()
        try:
            if self._came:
                loop.call_soon_threadsafe(_take, turn, work)
                self._came = bool(wait({turn}, PATIENCE_SECONDS).done)
        except RuntimeError:  # the loop is closed
            self._came = False
        if not self._came and turn.cancel():
            return work()
        try:
            return turn.result()
        finally:
            del turn  # an error's frames would hold it, and it the error


def _take(turn: Future[T], work: Callable[[], T]) -> None:
    if not turn.set_running_or_notify_cancel():
        return  # it was done elsewhere
    try:
        turn.set_result(work())
    except BaseException as error:  # it is for whoever waits, not for the loop
        turn.set_exception(error)
