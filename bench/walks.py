"""Whole walks through forms on our engine, beside ODK's own: Web Forms' in node, and JavaRosa, Collect's.

Where the walks come from stands in `bench/walk_cases.py`, what an engine does for one in
`bench/walk_engines.py`. Compared are the walks that all engines play with the same outcome of every step
and the same values at the end; the others are counted, with the reason.
"""

from __future__ import annotations

import os
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import walk_engines
from bench.walk_cases import Case, conformance, own
from bench.walk_engines import Engine, Ours, Played

ROUNDS = 2
LIMIT = 1.0
OURS, DIALOGUE, STORED = "ours", "ours, as a dialogue", "ours, stored as JSON after every answer"
_JUDGED = (OURS, DIALOGUE)
_FIRST = re.compile(r"\[1\]")

Walk = tuple[int, int]
"""The number of a form, and of a walk in it."""


@dataclass(frozen=True)
class Walks:
    """What was played: for each engine, round and form; an engine that is absent says what to install."""

    cases: list[Case]
    played: dict[str, list[list[Played]]]
    absent: dict[str, str]

    def lines(self) -> list[str]:
        left_out = dict(self.left_out())
        every = [(form, walk) for form, case in enumerate(self.cases) for walk in range(len(case.walks))]
        shared = [one for one in every if one not in left_out]
        missing = [f"  NOT MEASURED, {name}: {reason}" for name, reason in self.absent.items()]
        told = [f"Whole walks: {len(shared)} that all engines play alike, {len(left_out)} left out"]
        if shared and self.theirs:
            told += [*self._table(shared), *self._ratios(shared)]
        reasons = (f"  left out: {self.cases[form].name}, walk {walk + 1}: {left_out[form, walk]}" for form, walk in left_out)
        return [*told, *missing, *reasons]

    @property
    def theirs(self) -> list[str]:
        return [name for name in self.played if name not in (*_JUDGED, STORED)]

    def left_out(self) -> Iterator[tuple[Walk, str]]:
        """The walks that are not compared, with the reason."""
        for form, case in enumerate(self.cases):
            of_form = {name: rounds[0][form] for name, rounds in self.played.items()}
            for walk in range(len(case.walks)):
                reason = why_left_out(case, walk, of_form)
                if reason:
                    yield (form, walk), reason

    def _table(self, shared: list[Walk]) -> Iterator[str]:
        yield f"  {'milliseconds, medians':<44} walks answers" + "".join(f"{name:>12}" for name in (OURS, *self.theirs))
        for form in dict.fromkeys(form for form, _ in shared):
            walks = [one for one in shared if one[0] == form]
            answers = sum(len(self.cases[form].walks[walk]) for _, walk in walks)
            times = (statistics.median(self._seconds(name, walks)) * 1000 for name in (OURS, *self.theirs))
            each = "".join(f"{one:>12.2f}" for one in times)
            yield f"  {self.cases[form].name[:44]:<44} {len(walks):>5} {answers:>7}{each}"

    def _ratios(self, shared: list[Walk]) -> Iterator[str]:
        for ours in (one for one in self.played if one not in self.theirs):
            for name in self.theirs:
                verdict = self._verdict(ours, name, shared)
                yield f"  {ours} / {name}, time: {verdict}"
                loading = self._between(ours, name, shared, loading=True)
                yield f"      and with the form loaded for each walk: {_spread(loading)}"

    def _verdict(self, ours: str, name: str, shared: list[Walk]) -> str:
        ratios = self._between(ours, name, shared)
        alone = [statistics.median(self._between(ours, name, [one])) for one in shared]
        faster = sum(one < LIMIT for one in alone)
        judged = ours in _JUDGED and statistics.median(ratios) >= LIMIT
        return (
            f"{_spread(ratios)} over {ROUNDS} rounds (limit {LIMIT:.1f}){'  OVER' if judged else ''};"
            f" walks alone {_spread(alone)}, {faster} of {len(shared)} faster"
        )

    def _between(self, ours: str, name: str, walks: list[Walk], loading: bool = False) -> list[float]:
        """Our time by theirs, round by round."""
        pairs = zip(self._seconds(ours, walks, loading), self._seconds(name, walks, loading), strict=True)
        return [mine / other for mine, other in pairs]

    def _seconds(self, name: str, walks: list[Walk], loading: bool = False) -> list[float]:
        """The seconds of all these walks together, in each round."""
        return [
            sum(forms[form].times[walk] + (forms[form].load if loading else 0) for form, walk in walks)
            for forms in self.played[name]
        ]


async def run() -> Walks:
    folder = os.environ.get("CONFORMANCE")
    return measure(list(conformance(Path(folder)) if folder else own()), ROUNDS)


def measure(cases: list[Case], rounds: int) -> Walks:
    """Plays all cases on all engines that are there, form by form in turn, as often as said."""
    found = Walks(cases, {}, {})
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        engines = _engines(found, Path(folder))
        for engine in engines.values():
            stack.callback(engine.close)
        found.played.update({name: [] for name in engines})
        for _ in range(rounds):
            for name in engines:
                found.played[name].append([])
            for form in range(len(cases)):
                for name, engine in engines.items():
                    found.played[name][-1].append(engine.play(form))
    return found


def _engines(found: Walks, folder: Path) -> dict[str, Engine]:
    walked = ((OURS, walk_engines.trace_walk), (DIALOGUE, walk_engines.dialogue_walk), (STORED, walk_engines.stored_walk))
    made: dict[str, Engine] = {name: Ours(found.cases, walk) for name, walk in walked}
    others = (
        ("Web Forms", walk_engines.no_node(), walk_engines.web_forms),
        ("JavaRosa", walk_engines.no_java(), walk_engines.java_rosa),
    )
    for name, missing, make in others:
        if missing:
            found.absent[name] = missing
        else:
            made[name] = make(found.cases, folder)
    return made


def why_left_out(case: Case, walk: int, played: dict[str, Played]) -> str:
    """What keeps a walk from being compared, "" where all engines played it alike."""
    for name, one in played.items():
        if walk not in one.times:
            return f"{name}: {one.errors.get(walk) or one.errors.get(-1) or 'not played'}"[:160]
    first, *others = played
    for name in others:
        pairs = zip(case.walks[walk], played[first].outcomes[walk], played[name].outcomes[walk], strict=True)
        for step, ours, theirs in pairs:
            if ours != theirs:
                return f"{name}: {step[1]} = {step[2]!r} is {theirs}, not {ours}"[:160]
        ours_, theirs_ = (_held(case, played[one].values.get(walk, {})) for one in (first, name))
        for ref in sorted(ours_.keys() | theirs_.keys()):
            if ours_.get(ref) != theirs_.get(ref):
                return f"{name}: {ref} is {theirs_.get(ref)!r}, not {ours_.get(ref)!r}"[:160]
    return ""


def _held(case: Case, values: dict[str, str]) -> dict[str, str | float]:
    bare = {_FIRST.sub("", ref): _plain(value) for ref, value in values.items()}
    return {ref: value for ref, value in bare.items() if re.sub(r"\[\d+\]", "", ref) not in case.moving}


def _plain(value: str) -> str | float:
    """Engines write the decimal 2 as 2.0 or as 2."""
    try:
        return float(value)
    except ValueError:
        return value


def _spread(ratios: list[float]) -> str:
    return f"median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"
