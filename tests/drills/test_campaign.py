"""A seeded dozen of runs in the suite; two hundred with `make drills`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.campaign import PEOPLE, run_campaign
from tests.drills.faults import possible

SEED = 7_000_000  # a multiple of the number of faults: each is played once


@pytest.mark.xdist_group("drills")
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_nobody_is_skipped_and_nobody_gets_it_twice(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    databases = request.getfixturevalue("sqlite_databases" if kind == "sqlite" else "postgres_databases")
    with databases.fresh() as url:
        seeds = [SEED + number for number in range(len(possible(url)))]
        findings = [finding async for finding in run_campaign(url, tmp_path, seeds)]
    assert {finding.fault for finding in findings} == set(possible(url))
    assert [(finding.fault, finding.wrong) for finding in findings if finding.wrong] == []
    assert all(finding.sent + finding.skipped + finding.in_doubt == PEOPLE for finding in findings)
