"""Interleaved runs and their ratios: a machine's speed drifts, the ratio of neighbours holds."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Run = Callable[[int], Awaitable[float]]
"""Does the work once for a run's number; returns seconds."""


@dataclass(frozen=True)
class Comparison:
    """Seconds of each run of both, pair by pair, for `operations` operations."""

    name: str
    operations: int
    ours: list[float]
    bare: list[float]

    @property
    def ratios(self) -> list[float]:
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]

    def lines(self) -> list[str]:
        ratio = statistics.median(self.ratios)
        spread = f"from {min(self.ratios):.2f} to {max(self.ratios):.2f}"
        return [
            self.name,
            f"  ours  {self._rate(self.ours):>9,.0f} a second   {self._each(self.ours):.3f} ms each",
            f"  bare  {self._rate(self.bare):>9,.0f} a second   {self._each(self.bare):.3f} ms each",
            f"  ours / bare, time: median {ratio:.2f}, {spread} over {len(self.ours)} interleaved pairs",
        ]

    def _rate(self, seconds: list[float]) -> float:
        return self.operations / statistics.median(seconds)

    def _each(self, seconds: list[float]) -> float:
        return statistics.median(seconds) / self.operations * 1000


@dataclass(frozen=True)
class Comparisons:
    """Several of them, shown one below the other."""

    found: tuple[Comparison, ...]

    def lines(self) -> list[str]:
        return [line for one in self.found for line in one.lines()]


async def compare(name: str, operations: int, runs: tuple[Run, Run], pairs: int) -> Comparison:
    """Runs (ours, bare) in turn, `pairs` times after one warm-up of each."""
    ours: list[float] = []
    bare: list[float] = []
    for number in range(pairs + 1):
        for run, times in zip(runs, (ours, bare), strict=True):
            gc.collect()
            times.append(await run(number))
    return Comparison(name, operations, ours[1:], bare[1:])


async def timed(work: list[Callable[[], Awaitable[object]]], together: int) -> float:
    """Seconds for all the work, at most `together` of it under way at once."""
    turns = asyncio.Semaphore(together)

    async def one(do: Callable[[], Awaitable[object]]) -> None:
        async with turns:
            await do()

    start = time.perf_counter()
    await asyncio.gather(*(one(do) for do in work))
    return time.perf_counter() - start
