"""A turn in the event loop: for work that would quarrel with it over the interpreter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 0.1


def in_turn(loop: asyncio.AbstractEventLoop, work: Callable[[], T]) -> T:
    """Runs short work in a loop, from another thread, and waits for it; raises what it raises.

    A loop that is closed, or does not come to it within `PATIENCE_SECONDS` (it may be waiting for this very thread),
    is not waited for: the work is done here. It is done once in any case.
    """
    turn: Future[T] = Future()
    try:
        loop.call_soon_threadsafe(_take, turn, work)
    except RuntimeError:  # the loop is closed
        return work()
    if not wait({turn}, PATIENCE_SECONDS).done and turn.cancel():
        return work()
    return turn.result()


def _take(turn: Future[T], work: Callable[[], T]) -> None:
    if not turn.set_running_or_notify_cancel():
        return  # it was done elsewhere
    try:
        turn.set_result(work())
    except BaseException as error:  # it is for whoever waits, not for the loop
        turn.set_exception(error)
