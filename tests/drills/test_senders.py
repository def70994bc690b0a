"""Five seeded kills in the suite; fifty on each database with `make drills`."""

from __future__ import annotations

import pytest

from tests.drills.senders import Drill, run_drill


@pytest.mark.xdist_group("drills")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_nobody_is_skipped_and_nobody_gets_it_twice(kind: str, request: pytest.FixtureRequest) -> None:
    databases = request.getfixturevalue("sqlite_databases" if kind == "sqlite" else "postgres_databases")
    with databases.fresh() as url:
        finding = await run_drill(Drill(seed=20230706, senders=1 if kind == "sqlite" else 2, kills=5), url)
    assert finding.faults == []
    assert finding.sent + finding.in_doubt == 2000
