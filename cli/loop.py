"""What every process runs on: the event loop, and a memory that is not searched for nothing."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

if sys.platform != "win32":
    import uvloop

T = TypeVar("T")

# New objects before the youngest are searched for garbage, and such searches before the next older are. A hall that
# presses at once makes tens of thousands that live on. The price: circles that nobody holds stay as long.
FRESH_OBJECTS, SEARCHES = 50_000, 4


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a process's work to its end."""
    if sys.platform == "win32":  # where uvloop does not run
        return asyncio.run(work)
    return uvloop.run(work)


def settle_memory() -> None:
    """Keeps what start-up made out of every later collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(FRESH_OBJECTS, SEARCHES)
