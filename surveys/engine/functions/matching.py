"""Whether a text matches a pattern, in time that grows with the product of their lengths and no faster.

Python's own `re` tries one way after another, and a careless pattern has it try for hours on a
short answer. Here all ways are followed at once (Thompson's method), and work has a limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from surveys.engine.functions.letters import WORD, Letters, PatternFault
from surveys.engine.functions.patterns import Choice, Edge, Look, One, Part, Row, Times, read

MAX_STEPS = 2_000_000  # about half a second
MAX_SIZE = 12_000
_CACHED = 500
_CACHED_STATES = 200

_States = frozenset[int]


@dataclass(frozen=True)
class _Fork:
    """Goes on at each of the places."""

    to: tuple[int, ...]


@dataclass(frozen=True)
class _Seek:
    """A Look made ready."""

    program: _Program
    ahead: bool
    wanted: bool


_Step = Letters | _Fork | Edge | _Seek | None  # None: the end, reached


@dataclass(frozen=True)
class _Program:
    steps: tuple[_Step, ...]
    edges: tuple[str, ...]  # the kinds of edges among the steps
    looks: bool
    seen: dict[tuple[_States, str, tuple[bool, ...]], _States] = field(default_factory=dict, compare=False)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches; raises PatternFault where the pattern cannot be used, or takes too long."""
    return _Run(text).whole(_program(pattern))


@lru_cache(256)
def _program(pattern: str) -> _Program:
    return _Writer().program(read(pattern))


class _Writer:
    """Writes a tree as steps, one after another; what is looked for becomes a program of its own."""

    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self._looks: dict[int, _Program] = {}
        self._visits = 0

    def program(self, tree: Part) -> _Program:
        outer, self.steps = self.steps, []
        self.write(tree)
        steps, self.steps = (*self.steps, None), outer
        kinds = sorted({one.kind for one in steps if isinstance(one, Edge)})
        return _Program(steps, tuple(kinds), any(isinstance(one, _Seek) for one in steps))

    def write(self, part: Part) -> None:
        self._visits += 1
        if self._visits > MAX_SIZE:
            raise PatternFault("too large")
        match part:
            case One():
                self.steps.append(part.letters)
            case Row():
                for one in part.parts:
                    self.write(one)
            case Choice():
                self._choice(part)
            case Times():
                self._times(part)
            case Look():
                if id(part) not in self._looks:
                    self._looks[id(part)] = self.program(part.part)
                self.steps.append(_Seek(self._looks[id(part)], part.ahead, part.wanted))
            case Edge():
                self.steps.append(part)

    def _choice(self, part: Choice) -> None:
        fork = self._hold()
        starts, ends = [], []
        for one in part.parts:
            starts.append(len(self.steps))
            self.write(one)
            ends.append(self._hold())
        self.steps[fork] = _Fork(tuple(starts))
        for end in ends:
            self.steps[end] = _Fork((len(self.steps),))

    def _times(self, part: Times) -> None:
        for _ in range(part.least):
            self.write(part.part)
        if part.most is None:
            fork = self._hold()
            self.write(part.part)
            self.steps.append(_Fork((fork,)))
            self.steps[fork] = _Fork((fork + 1, len(self.steps)))
            return
        forks = []
        for _ in range(part.most - part.least):
            forks.append(self._hold())
            self.write(part.part)
        for fork in forks:
            self.steps[fork] = _Fork((fork + 1, len(self.steps)))

    def _hold(self) -> int:
        """A place for a fork whose ways are known later."""
        self.steps.append(_Fork(()))
        return len(self.steps) - 1


class _Run:
    """One text, walked by a pattern and those within it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = MAX_STEPS

    def whole(self, program: _Program) -> bool:
        states = self._spread(program, {0}, 0)
        for at in range(len(self._text)):
            if not states:
                return False
            states = self._follow(program, states, at)
        return _ended(program, states)

    def _follow(self, program: _Program, states: _States, at: int) -> _States:
        """The states after the character at a place; remembered unless they depend on more than its neighbours."""
        letter = self._text[at]
        key = states, letter, tuple(self._stands(kind, at + 1) for kind in program.edges)
        known = None if program.looks else program.seen.get(key)
        if known is not None:
            return known
        self._spend(len(states))
        moved = {state + 1 for state in states if _accepts(program.steps[state], letter)}
        found = self._spread(program, moved, at + 1)
        if not program.looks and len(found) <= _CACHED_STATES:
            if len(program.seen) >= _CACHED:
                program.seen.clear()
            program.seen[key] = found
        return found

    def _spread(self, program: _Program, states: set[int], at: int) -> _States:
        """The states that wait for a character (or the end), reached without taking one."""
        waiting, seen, found = list(states), set(states), set()
        self._spend(len(states))
        while waiting:
            state = waiting.pop()
            step = program.steps[state]
            ways: tuple[int, ...] = ()
            if isinstance(step, _Fork):
                ways = step.to
            elif isinstance(step, Edge):
                ways = (state + 1,) if self._stands(step.kind, at) else ()
            elif isinstance(step, _Seek):
                ways = (state + 1,) if self._looks(step, at) is step.wanted else ()
            else:
                found.add(state)
            self._spend(len(ways))
            for way in ways:
                if way not in seen:
                    seen.add(way)
                    waiting.append(way)
        return frozenset(found)

    def _looks(self, seek: _Seek, at: int) -> bool:
        """Whether what is looked for begins (ahead) or ends (behind) at a place."""
        program = seek.program
        if seek.ahead:
            states = self._spread(program, {0}, at)
            while states and not _ended(program, states) and at < len(self._text):
                states = self._follow(program, states, at)
                at += 1
            return _ended(program, states)
        states = self._spread(program, {0}, 0)
        for place in range(at):
            states = self._follow(program, states, place) | self._spread(program, {0}, place + 1)
        return _ended(program, states)

    def _stands(self, kind: str, at: int) -> bool:
        return _EDGES[kind](self._text, at)

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise PatternFault("too slow")


def _accepts(step: _Step, letter: str) -> bool:
    return callable(step) and step(letter)


def _ended(program: _Program, states: _States) -> bool:
    return len(program.steps) - 1 in states


def _word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in WORD


_EDGES: dict[str, Callable[[str, int], bool]] = {
    "A": lambda text, at: at == 0,
    "z": lambda text, at: at == len(text),
    "Z": lambda text, at: at == len(text) or (at == len(text) - 1 and text[at] == "\n"),
    "^": lambda text, at: at == 0 or text[at - 1] == "\n",
    "$": lambda text, at: at == len(text) or text[at] == "\n",
    "b": lambda text, at: _word(text, at - 1) != _word(text, at),
    "B": lambda text, at: _word(text, at - 1) == _word(text, at),
}
