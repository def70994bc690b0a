"""Whole walks through forms on our engine, beside ODK's own: Web Forms' in node, and JavaRosa, Collect's.

Where the walks come from stands in `bench/walk_cases.py`, what an engine does for one in
`bench/walk_engines.py`. Compared are the walks that all engines play with the same outcome of every step
and the same values at the end; the others are counted, with the reason.

V8 and the JVM compile what runs often. So each form is measured twice: played for the first time in a
fresh process, as on a device that opens it to fill it in; and after every walk ran for a while, as on a
server that has played it some thousand times.
"""

from __future__ import annotations

import os
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.walk_cases import Case, conformance, own
from bench.walk_engines import Engine, Ours, Played, dialogue_walk, java_rosa, no_java, no_node, trace_walk, web_forms

FRESH, ROUNDS = 3, 5
WARM = 0.2  # seconds for each walk, and once at least
LIMIT = 1.0
OURS, DIALOGUE = "ours", "ours as a dialogue"
_FIRST = re.compile(r"\[1\]")
_PLACE = re.compile(r"\[\d+\]")

Walk = tuple[int, int]
"""The number of a form, and of a walk in it."""
Told = list[list[Played]]
"""What an engine told, by round and form."""


@dataclass
class Walks:
    """What was measured; an engine that is absent says what to install."""

    cases: list[Case]
    fresh: dict[str, Told] = field(default_factory=dict)
    warm: dict[str, Told] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def theirs(self) -> list[str]:
        return [name for name in self.warm if name not in (OURS, DIALOGUE)]

    def lines(self) -> list[str]:
        left_out = dict(self.left_out())
        every = [(form, walk) for form, case in enumerate(self.cases) for walk in range(len(case.walks))]
        shared = [one for one in every if one not in left_out]
        told = [f"Whole walks: {len(shared)} that all engines play alike, {len(left_out)} left out"]
        if shared and self.theirs:
            told += [*self._table(shared)]
            for ours in (OURS, DIALOGUE):
                told += self._compared(ours, shared)
        told += [f"  NOT MEASURED, {name}: {reason}" for name, reason in self.absent.items()]
        reasons = ((self.cases[form].name, walk + 1, reason) for (form, walk), reason in left_out.items())
        return told + [f"  left out: {name}, walk {walk}: {reason}" for name, walk, reason in reasons]

    def left_out(self) -> Iterator[tuple[Walk, str]]:
        """The walks that are not compared, with the reason."""
        for form, case in enumerate(self.cases):
            played = {name: self.warm[name][0][form] for name in (OURS, *self.theirs)}
            for walk in range(len(case.walks)):
                reason = why_left_out(case, walk, played)
                if reason:
                    yield (form, walk), reason[:160]

    def _table(self, shared: list[Walk]) -> Iterator[str]:
        """For each form the milliseconds of all its walks together: the first time, and when warm."""
        columns = [(name, rounds) for name in (OURS, *self.theirs) for rounds in (self.fresh, self.warm)]
        heads = "".join(f"{name + (', first' if rounds is self.fresh else ', warm'):>18}" for name, rounds in columns)
        yield f"  {'milliseconds, medians':<40} walks steps{heads}"
        for form in dict.fromkeys(form for form, _ in shared):
            walks = [one for one in shared if one[0] == form]
            steps = sum(len(self.cases[form].walks[walk]) for _, walk in walks)
            times = (statistics.median(seconds(rounds[name], walks)) * 1000 for name, rounds in columns)
            yield f"  {self.cases[form].name[:40]:<40} {len(walks):>5} {steps:>5}" + "".join(
                f"{one:>18.2f}" for one in times
            )

    def _compared(self, ours: str, shared: list[Walk]) -> Iterator[str]:
        walks = [one for one in shared if ours == OURS or self._answered(*one)]
        yield f"  {ours}, {len(walks)} walks; time, limit {LIMIT:.1f}"
        for name in self.theirs if walks else ():
            for title, rounds in (("the first time", self.fresh), ("warm", self.warm)):
                mine, other = rounds[ours], rounds[name]
                alone = [statistics.median(ratios(mine, other, [one])) for one in walks]
                faster = f"{sum(one < LIMIT for one in alone)} walks faster, alone {spread(alone)}"
                yield f"    / {name}, {title}: {judged(ratios(mine, other, walks))}; {faster}"
                loading = ratios(mine, other, walks, loading=True)
                yield f"    / {name}, {title}, with the form loaded for each walk: {judged(loading)}"

    def _answered(self, form: int, walk: int) -> bool:
        """Whether a dialogue can do all steps of a walk: it sets no value that nobody is asked for."""
        traced, answered = (self.warm[name][0][form].outcomes[walk] for name in (OURS, DIALOGUE))
        return traced == answered


async def run() -> Walks:
    folder = os.environ.get("CONFORMANCE")
    return measure(list(conformance(Path(folder)) if folder else own()))


def measure(cases: list[Case]) -> Walks:
    """Plays all cases on all engines that are there, form by form in turn."""
    found = Walks(cases, absent={name: why for name, why in (("Web Forms", no_node()), ("JavaRosa", no_java())) if why})
    for _ in range(FRESH):
        with ExitStack() as stack:
            _play(found.fresh, start_engines(found, stack), len(cases))
    with ExitStack() as stack:
        engines = start_engines(found, stack)
        for engine in engines.values():
            engine.warm(WARM)
        for _ in range(ROUNDS):
            _play(found.warm, engines, len(cases))
    return found


def start_engines(found: Walks, stack: ExitStack) -> dict[str, Engine]:
    """All that are there, each fresh; they end with the stack."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    made: dict[str, Engine] = {OURS: Ours(found.cases, trace_walk), DIALOGUE: Ours(found.cases, dialogue_walk)}
    for name, start in (("Web Forms", web_forms), ("JavaRosa", java_rosa)):
        if name not in found.absent:
            made[name] = start(found.cases, folder)
            stack.callback(made[name].close)
    return made


def _play(rounds: dict[str, Told], engines: dict[str, Engine], forms: int) -> None:
    for name in engines:
        rounds.setdefault(name, []).append([])
    for form in range(forms):
        for name, engine in engines.items():
            rounds[name][-1].append(engine.play(form))


def why_left_out(case: Case, walk: int, played: dict[str, Played]) -> str:
    """What keeps a walk from being compared, "" where all engines played it alike."""
    for name, one in played.items():
        if walk not in one.times:
            return f"{name}: {one.errors.get(walk) or one.errors.get(-1) or 'not played'}"
    first, *others = played.values()
    held = comparable(case, first.values.get(walk, {}))
    for name, other in zip([*played][1:], others, strict=True):
        for step, ours, theirs in zip(case.walks[walk], first.outcomes[walk], other.outcomes[walk], strict=True):
            if ours != theirs:
                return f"{name}: {step[1]} = {step[2]!r} is {theirs}, not {ours}"
        found = comparable(case, other.values.get(walk, {}))
        for ref in sorted(held.keys() | found.keys()):
            if held.get(ref) != found.get(ref):
                return f"{name}: {ref} is {found.get(ref)}, not {held.get(ref)}"
    return ""


def comparable(case: Case, values: dict[str, str]) -> dict[str, tuple[str | float, ...]]:
    """Values by reference, without the moment's; engines write the decimal 2 as 2.0 or as 2."""
    counted = {ref: value for ref, value in values.items() if _PLACE.sub("", ref) not in case.moving}
    return {_FIRST.sub("", ref): tuple(_plain(one) for one in value.split()) for ref, value in counted.items()}


def _plain(value: str) -> str | float:
    try:
        return float(value)
    except ValueError:
        return value


def seconds(rounds: Told, walks: list[Walk], loading: bool = False) -> list[float]:
    """The seconds of all these walks together, round by round."""
    return [
        sum(forms[form].times[walk] + (forms[form].load if loading else 0) for form, walk in walks) for forms in rounds
    ]


def ratios(mine: Told, other: Told, walks: list[Walk], loading: bool = False) -> list[float]:
    """Our time by theirs, round by round."""
    pairs = zip(seconds(mine, walks, loading), seconds(other, walks, loading), strict=True)
    return [ours / theirs for ours, theirs in pairs]


def judged(found: list[float]) -> str:
    return spread(found) + ("  OVER" if statistics.median(found) >= LIMIT else "")


def spread(found: list[float]) -> str:
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"
