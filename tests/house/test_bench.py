"""What the benchmarks play can be played; how fast is measured by them, not here."""

from __future__ import annotations

from pathlib import Path

from bench import walks


def test_the_walks_are_played_whole_by_our_engine(tmp_path: Path) -> None:
    walks.WARM, walks.RUNS, walks.LOADS = 0, 1, 1
    cases = list(walks.dialogues())
    assert len(cases) > 10
    played = {case.name: walks._ours(case, tmp_path) for case in cases}
    assert {name: one.errors for name, one in played.items() if one.errors} == {}
    assert all(one.values[0] for one in played.values())
