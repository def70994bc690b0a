"""Whole walks through forms on our engine, beside ODK's own: Web Forms' in node, and JavaRosa, Collect's.

All three play the same answers in the same order on the same XForm, from a loaded form to a new
instance, every answer, and a look at every node; V8 and the JVM are warmed up first. Only walks
that all three can play, and end with the same values, are compared; the others are counted.

`CONFORMANCE=DIR` plays a folder of `forms/` and `walks.jsonl`, whose walks were made on ODK's
engines; without it, the forms of the golden dialogues with their answers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyxform

from surveys.engine.form import Kind
from surveys.engine.machine import machine
from surveys.xlsform.compile import compile_form
from surveys.xlsform.trace import trace
from surveys.xlsform.xform import read_xform

HERE = Path(__file__).parent / "odk"
NOW = datetime(2024, 5, 3, 9, 30, tzinfo=UTC)
WARM, RUNS, LOADS = 20, 15, 5
LIMIT = 1.0
_EXTRA = re.compile(r"\[(?!1\])\d+\]")
_MOVING = (Kind.METADATA, Kind.CALCULATE, Kind.HIDDEN)

Steps = list[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """A form as XForm, and the answers of each walk: reference and value."""

    name: str
    xform: str
    walks: list[Steps]


@dataclass
class Played:
    """Seconds of each loading and, for each walk, of each run; what could not be played says why."""

    loads: list[float] = field(default_factory=list)
    times: dict[int, list[float]] = field(default_factory=dict)
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


@dataclass
class Walks:
    """What was measured; an engine that is not here says what to install."""

    shared: int
    left_out: int
    seconds: dict[str, list[float]]
    loading: dict[str, list[float]]
    absent: list[str]

    def lines(self) -> list[str]:
        told = [f"Whole walks: {self.shared} that all engines play alike, {self.left_out} left out"]
        for name, seconds in self.seconds.items():
            each, load = statistics.median(seconds) * 1000, statistics.median(self.loading[name]) * 1000
            told.append(f"  {name:<12} {each:>8.2f} ms a walk   {load:>8.2f} ms to load a form   (medians)")
        for name in self.seconds:
            if name != "ours":
                told += self._beside(name)
        return told + [f"  not measured: {one}" for one in self.absent]

    def _beside(self, name: str) -> Iterator[str]:
        pairs = list(zip(self.seconds["ours"], self.seconds[name], strict=True))
        ratios = sorted(ours / theirs for ours, theirs in pairs)
        whole = sum(ours for ours, _ in pairs) / sum(theirs for _, theirs in pairs)
        verdict = "faster" if whole < LIMIT else "SLOWER"
        spread = f"a walk from {ratios[0]:.2f} to {ratios[-1]:.2f}, median {statistics.median(ratios):.2f}"
        yield f"  ours / {name}, time: {whole:.2f} over all walks ({verdict}; limit {LIMIT:.1f}), {spread}"


async def run() -> Walks:
    cases = list(_conformance(Path(folder)) if (folder := os.environ.get("CONFORMANCE")) else dialogues())
    engines: dict[str, Callable[[Case, Path], Played]] = {"ours": _ours}
    absent = []
    for name, play, missing in (("Web Forms", _web_forms, _no_node()), ("JavaRosa", _java_rosa, _no_java())):
        if missing:
            absent.append(f"{name}: {missing}")
        else:
            engines[name] = play
    found = Walks(0, 0, {name: [] for name in engines}, {name: [] for name in engines}, absent)
    with tempfile.TemporaryDirectory() as folder_:
        for case in cases:
            _add(found, case, {name: play(case, Path(folder_)) for name, play in engines.items()})
    return found


def _add(found: Walks, case: Case, played: dict[str, Played]) -> None:
    for number in range(len(case.walks)):
        everywhere = all(number in one.times for one in played.values())
        if not everywhere or not _agree(case, number, played):
            found.left_out += 1
            continue
        found.shared += 1
        for name, one in played.items():
            found.seconds[name].append(statistics.median(one.times[number]))
    for name, one in played.items():
        found.loading[name] += one.loads


def _agree(case: Case, number: int, played: dict[str, Played]) -> bool:
    """Whether all engines hold the same answers at the end."""
    asked = {_bare(ref) for ref, _ in case.walks[number]}
    held = [
        {ref: _plain(value) for ref, value in one.values[number].items() if ref in asked and value}
        for one in played.values()
    ]
    return all(one == held[0] for one in held)


def _plain(value: str) -> str:
    """JavaRosa and Web Forms write the decimal 2 as 2.0."""
    return value.removesuffix(".0")


def dialogues() -> Iterator[Case]:
    """The forms of the golden dialogues, and the answers they end with, in form order."""
    from tests.support.dialogues import load_dialogues, play, ref_named  # noqa: PLC0415 - of this bench alone

    for one in load_dialogues():
        if one.is_prepared or "*" in one.answers.values():
            continue  # what was sent before, or a file, is not an answer that every engine takes
        made = compile_form(one.form_text.encode(), "form.md", name=one.name, version=1, files=one.files)
        session = play(one)
        questions = {node.ref: node for node in machine(made.form).layout(session.counts).questions}
        answers = {name: value for name, value in one.answers.items() if name != "instanceName"}
        named = ((ref_named(made.form, name), value) for name, value in answers.items())
        steps = [(ref, value) for ref, value in named if ref in questions and questions[ref].kind not in _MOVING]
        if steps and not any(_EXTRA.search(ref) for ref, _ in steps):
            yield Case(one.name, made.xform, [[(ref, value) for ref, value in steps if value]])


def _conformance(folder: Path) -> Iterator[Case]:
    by_form: dict[str, list[Steps]] = {}
    for line in (folder / "walks.jsonl").read_text("utf-8").splitlines():
        walk = json.loads(line)
        steps = [(ref, value) for _, ref, value, outcome in walk["steps"] if outcome == "ok"]
        only_sets = all(step[0] == "set" and not _EXTRA.search(step[1]) for step in walk["steps"])
        by_form.setdefault(walk["form"], []).append(steps if only_sets else [])
    for name, walks in by_form.items():
        path = folder / "forms" / name
        yield Case(name, compile_form(path, path.name, name=path.stem, version=1).xform, walks)


def _ours(case: Case, _: Path) -> Played:
    found = Played()
    for _at in range(LOADS):
        begun = time.perf_counter()
        form = read_xform(case.xform, case.name, 1)
        machine(form)
        found.loads.append(time.perf_counter() - begun)
    for number, steps in enumerate(case.walks):
        script = {"now": NOW.isoformat(), "steps": [["set", ref, value] for ref, value in steps]}
        told = trace(form, script)
        if not steps or any(one != "ok" for one in told["outcomes"]):
            found.errors[number] = "not played"
            continue
        for _at in range(WARM):
            trace(form, script)
        found.times[number] = [_timed(lambda script=script: trace(form, script)) for _at in range(RUNS)]  # type: ignore[misc]
        held = (one for one in told["nodes"] if one["relevant"])
        found.values[number] = {_bare(one["ref"]): one.get("value", "") for one in held}
    return found


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _web_forms(case: Case, folder: Path) -> Played:
    xform, answers = folder / "form.xml", folder / "answers.json"
    xform.write_text(case.xform, "utf-8")
    answers.write_text(json.dumps(case.walks), "utf-8")
    command = ["node", str(HERE / "walk.mjs"), str(xform), str(answers), str(WARM), str(RUNS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode or not done.stdout:
        return Played(errors=dict.fromkeys(range(len(case.walks)), done.stderr[-300:]))
    told: dict[str, Any] = json.loads(done.stdout)
    found = Played(told["loads"])
    for number, one in enumerate(told["walks"]):
        if "error" in one:
            found.errors[number] = one["error"]
        else:
            found.times[number] = one["times"]
            found.values[number] = {_bare(ref): value for ref, value in one["values"].items()}
    return found


def _java_rosa(case: Case, folder: Path) -> Played:
    classes = folder / "classes"
    if not classes.exists():
        subprocess.run(["javac", "-cp", str(_jar()), "-d", str(classes), str(HERE / "Walk.java")], check=True)
    xform, answers = folder / "form.xml", folder / "answers.tsv"
    xform.write_text(case.xform, "utf-8")
    written = (["walk", *(f"{ref}\t{value}".replace("\n", "\\n") for ref, value in steps)] for steps in case.walks)
    answers.write_text("\n".join(line for lines in written for line in lines), "utf-8")
    path = os.pathsep.join((str(_jar()), str(classes)))
    command = ["java", "-cp", path, "Walk", str(xform), str(answers), str(WARM), str(RUNS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = Played()
    for line in done.stdout.splitlines():
        kind, *rest = line.split("\t")
        match kind:
            case "load":
                found.loads.append(float(rest[0]))
            case "time":
                found.times.setdefault(int(rest[0]), []).append(float(rest[1]))
            case "value":
                found.values.setdefault(int(rest[0]), {})[_bare(rest[1])] = rest[2].replace("\\n", "\n")
            case "error":
                found.errors[int(rest[0])] = rest[1]
    for number in range(len(case.walks)):
        found.values.setdefault(number, {})
        if number not in found.times:
            found.errors.setdefault(number, done.stderr[-300:])
    return found


def _bare(ref: str) -> str:
    return re.sub(r"\[1\]", "", ref)


def _jar() -> Path:
    return next((Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin").glob("*.jar"))


def _no_node() -> str:
    if shutil.which("node") is None:
        return "install node 20 or newer, then: npm ci --prefix bench/odk"
    return "" if (HERE / "node_modules").is_dir() else "run: npm ci --prefix bench/odk"


def _no_java() -> str:
    return (
        ""
        if shutil.which("java") and shutil.which("javac")
        else "install a JDK, 17 or newer (Debian: default-jdk-headless)"
    )
