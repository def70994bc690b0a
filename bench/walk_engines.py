"""The engines that walks are played through: ours, ODK Web Forms' in node, JavaRosa in a JVM.

A walk is: a new instance of the loaded form, each step with what follows from it, after each a reading of
every node (whether it is relevant, and its value), and at the end what stands in the way of sending and a look
at every node: whether it is relevant, required and read only, its value, its label, its choices and theirs.
An engine plays a form when it is asked to, so that what is compared is measured in turn.

The two in other processes (`bench/odk`) get a script on the command line, with lines of parts between tabs
(`form PATH`, `walk`, `ACTION REF VALUE`), then lines of what to do: `play FORM`, or `warm SECONDS` to play
every walk for so long. They answer `load SECONDS`, `time WALK SECONDS`, `outcomes WALK OUTCOMES`,
`value WALK REF VALUE`, `error WALK TEXT` (WALK is -1 where the form cannot be loaded) and `done`.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyxform

from bench.walk_cases import Case, Step
from core.clock import SystemClock
from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Form
from surveys.engine.inputs import Add, Answer, GoTo, Input, Remove, Submit
from surveys.engine.machine import machine
from surveys.engine.moving import faults_of
from surveys.engine.state import State
from surveys.engine.turn import state_of
from surveys.xlsform.trace import Player, look
from surveys.xlsform.xform import read_xform

ODK = Path(__file__).parent / "odk"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


@dataclass
class Played:
    """One form played once by an engine: seconds to load it, and by walk seconds, outcomes, values and errors.

    Values are those of relevant nodes that hold something. The error of -1 is of the form as a whole.
    """

    load: float = 0.0
    times: dict[int, float] = field(default_factory=dict)
    outcomes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


class Engine(Protocol):
    def warm(self, seconds: float) -> None: ...

    def play(self, form: int) -> Played: ...

    def close(self) -> None: ...


Told = tuple[Sequence[str], list[dict[str, Any]]]
"""Outcomes of the steps, and nodes as `ascolto form trace` tells them."""


class Ours:
    """Our engine in this process; `walk` plays the steps of one walk through a loaded form."""

    def __init__(self, cases: Sequence[Case], walk: Callable[[Form, Sequence[Step]], Told]) -> None:
        self._cases, self._walk = cases, walk

    def warm(self, seconds: float) -> None:
        """Nothing is compiled while it runs: once is enough."""
        for number in range(len(self._cases)):
            self.play(number)

    def play(self, form: int) -> Played:
        case, found = self._cases[form], Played()
        gc.collect()
        begun = time.perf_counter()
        made = read_xform(case.xform, case.name, 1)
        machine(made)
        found.load = time.perf_counter() - begun
        for number, steps in enumerate(case.walks):
            begun = time.perf_counter()
            outcomes, nodes = self._walk(made, steps)
            found.times[number] = time.perf_counter() - begun
            found.outcomes[number] = tuple(outcomes)
            found.values[number] = {one["ref"]: one["value"] for one in nodes if one["relevant"] and one.get("value")}
        return found

    def close(self) -> None:
        """Nothing is open."""


def trace_walk(form: Form, steps: Sequence[Step]) -> Told:
    """As `ascolto form trace` plays it: values in any order, no dialogue around them."""
    now = SystemClock().now()
    session, _ = start(form, form.default_language, now)
    player = Player(form, session, now)
    outcomes = []
    for step in steps:
        outcomes.append(player.play(*step))
        read_all(player.state)
    faults_of(player.state, unasked=True)
    return outcomes, look(player.state)


def read_all(state: State) -> list[tuple[bool, str]]:
    """Whether each node is relevant, and its value: what a person could see of an answer's consequences."""
    return [(state.relevant(ref), state.value(ref)) for ref in state.nodes if ref in state.elements]


def dialogue_walk(form: Form, steps: Sequence[Step]) -> Told:
    """As the doors play it: each answer to its open question, with the events that follow, and sent at the end."""
    now = SystemClock().now()
    session, _ = start(form, "", now)
    outcomes = []
    for action, ref, value in steps:
        given: Input = Answer(ref, value) if action == "set" else Add(ref) if action == "add" else Remove(ref)
        if action == "set" and session.at != ref:
            session, _ = resume(form, session, GoTo(ref), now)
        session, events = resume(form, session, given, now)
        fault = next((one.fault for one in events if isinstance(one, AnswerRefused)), None)
        outcomes.append("not-relevant" if fault is Fault.NOT_OPEN else fault.value if fault else "ok")
        read_all(state_of(form, session, now))
    session, _ = resume(form, session, Submit(), now)
    return outcomes, look(state_of(form, session, now))


class Foreign:
    """An engine in a process of its own."""

    def __init__(self, command: Sequence[str], cases: Sequence[Case], folder: Path) -> None:
        script = write_script(cases, folder)
        self._said = (folder / f"{command[0]}.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [*command, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
            cwd=ODK,
        )
        self._answer("ready")

    def warm(self, seconds: float) -> None:
        self._told(f"warm {seconds}")

    def play(self, form: int) -> Played:
        return read_answer(self._told(f"play {form}"))

    def _told(self, wanted: str) -> list[str]:
        assert self._process.stdin is not None
        print(wanted, file=self._process.stdin, flush=True)
        return self._answer("done")

    def close(self) -> None:
        self._process.communicate()
        self._said.close()

    def _answer(self, last: str) -> list[str]:
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            if line == f"{last}\n":
                return lines
            lines.append(line.rstrip("\n"))
        self._said.seek(0)
        raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}: {self._said.read()[-1000:]}")


def write_script(cases: Sequence[Case], folder: Path) -> Path:
    """The walks as the other processes read them, the forms beside them."""
    lines = []
    for number, case in enumerate(cases):
        path = folder / f"{number}.xml"
        path.write_text(case.xform, "utf-8")
        lines.append(f"form\t{path}")
        for walk in case.walks:
            steps = ("\t".join("".join(_ESCAPES.get(one, one) for one in part) for part in step) for step in walk)
            lines += ["walk", *steps]
    script = folder / "script.tsv"
    script.write_text("\n".join(lines), "utf-8")
    return script


def read_answer(lines: Sequence[str]) -> Played:
    """What an engine told of one form."""
    found = Played()
    for line in lines:
        word, *parts = line.split("\t")
        match word, parts:
            case "load", [seconds]:
                found.load = float(seconds)
            case "time", [walk, seconds]:
                found.times[int(walk)] = float(seconds)
            case "outcomes", [walk, outcomes]:
                found.outcomes[int(walk)] = tuple(outcomes.split())
            case "value", [walk, ref, value]:
                found.values.setdefault(int(walk), {})[ref] = _ESCAPED.sub(lambda at: _MEANT[at[1]], value)
            case "error", [walk, text]:
                found.errors[int(walk)] = text
    return found


def web_forms(cases: Sequence[Case], folder: Path) -> Engine:
    return Foreign(["node", "--expose-gc", str(ODK / "walk.mjs")], cases, folder)


def java_rosa(cases: Sequence[Case], folder: Path) -> Engine:
    classes = folder / "classes"
    subprocess.run(["javac", "-cp", str(_jar()), "-d", str(classes), str(ODK / "Walk.java")], check=True)
    return Foreign(["java", "-cp", os.pathsep.join((str(_jar()), str(classes))), "Walk"], cases, folder)


def no_node() -> str:
    """What to install for ODK Web Forms' engine, "" where all is there."""
    if shutil.which("node") is None:
        return "install node 20 or newer, then: npm ci --prefix bench/odk"
    return "" if (ODK / "node_modules" / "@getodk").is_dir() else "run: npm ci --prefix bench/odk"


def no_java() -> str:
    """What to install for JavaRosa, "" where all is there."""
    if not (shutil.which("java") and shutil.which("javac")):
        return "install a JDK, 17 or newer (Debian: default-jdk-headless)"
    return "" if _jar().is_file() else "install pyxform from its wheel, which brings ODK_Validate.jar"


def _jar() -> Path:
    return Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
