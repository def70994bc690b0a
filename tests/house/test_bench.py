"""What the benchmarks play can be played; how fast is measured by them, not here."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import walks
from bench.walk_cases import Case, own
from bench.walk_engines import Ours, Played, dialogue_walk, read_answer, trace_walk, write_script


@pytest.fixture(scope="module")
def cases() -> Iterator[list[Case]]:
    """While they are played, what other tests left in memory is not looked through before each walk."""
    gc.freeze()
    yield list(own())
    gc.unfreeze()


def test_the_walks_are_played_whole_by_our_engine(cases: list[Case]) -> None:
    assert {"repeats", "alignment-sheet", "follow-up", "open-voice"} <= {case.name for case in cases}
    traced, answered = Ours(cases, trace_walk), Ours(cases, dialogue_walk)
    for number, case in enumerate(cases):
        found = traced.play(number), answered.play(number)
        assert all(set(outcomes) == {"ok"} for one in found for outcomes in one.outcomes.values()), case.name
        assert [len(found[0].outcomes[walk]) for walk in range(len(case.walks))] == [len(one) for one in case.walks]
        assert all(found[0].values.values()), case.name


def test_instances_are_added_before_they_are_answered(cases: list[Case]) -> None:
    (steps,) = next(case for case in cases if case.name == "repeats").walks
    adds = [at for at, step in enumerate(steps) if step[0] == "add"]
    assert adds
    assert all(steps[at + 1][1].startswith(f"{steps[at][1]}[") for at in adds)


def test_what_another_engine_is_told_and_tells_survives_tabs_and_line_breaks(tmp_path: Path) -> None:
    case = Case("f", "<xform/>", ((("set", "/data/q", "a\tb\\n\nc"),),))
    *_, step = write_script([case], tmp_path).read_text("utf-8").split("\n")
    _, ref, value = step.split("\t")
    lines = ["load\t0.5", "time\t0\t0.25", "outcomes\t0\tok", f"value\t0\t{ref}\t{value}"]
    assert read_answer(lines) == Played(0.5, {0: 0.25}, {0: ("ok",)}, {0: {"/data/q": "a\tb\\n\nc"}})


def test_a_walk_that_engines_play_differently_is_left_out_with_its_reason() -> None:
    case = Case("f", "<xform/>", ((("set", "/data/q", "2"),),), frozenset({"/data/now"}))
    ours = Played(times={0: 1.0}, outcomes={0: ("ok",)}, values={0: {"/data/q": "2", "/data/now": "1"}})
    alike = Played(times={0: 2.0}, outcomes={0: ("ok",)}, values={0: {"/data/q": "2.0"}})
    refused = Played(times={0: 2.0}, outcomes={0: ("constraint",)}, values={0: {}})
    other = Played(times={0: 2.0}, outcomes={0: ("ok",)}, values={0: {"/data/q": "3"}})
    stuck = Played(errors={0: "no node"})
    assert walks.why_left_out(case, 0, {"ours": ours, "theirs": alike}) == ""
    assert "constraint" in walks.why_left_out(case, 0, {"ours": ours, "theirs": refused})
    assert "/data/q" in walks.why_left_out(case, 0, {"ours": ours, "theirs": other})
    assert walks.why_left_out(case, 0, {"ours": ours, "theirs": stuck}) == "theirs: no node"
    slower = walks.ratios([[other]], [[ours]], [(0, 0)])
    assert slower == [2.0]
    assert walks.judged(slower).endswith("OVER")


def test_an_engine_that_is_not_here_says_what_to_install() -> None:
    told = walks.Walks([], absent={"JavaRosa": "install a JDK"}).lines()
    assert "  NOT MEASURED, JavaRosa: install a JDK" in told
