"""`make drills`: two hundred runs over both databases, as a table. `python -m tests.drills --runs 12` for fewer."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.drills.campaign import Finding, run_campaign
from tests.support.databases import PostgresDatabases, SqliteDatabases

HEAD = "database    seed  what went wrong    sent  left out  in flight  in doubt  (delivered)  promises broken"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills")
    parser.add_argument("--runs", type=int, default=200, help="over both kinds of database together")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write(HEAD + "\n")
    found: list[tuple[str, Finding]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = PostgresDatabases(folder)
        try:
            for kind, databases in (("sqlite", SqliteDatabases(folder)), ("postgresql", postgres)):
                seeds = [options.seed + number for number in range(max(1, options.runs // 2))]
                found += [(kind, one) for one in asyncio.run(_play(kind, databases, folder, seeds))]
        finally:
            postgres.close()
    _sum_up(found)
    return 1 if any(finding.wrong for _, finding in found) else 0


async def _play(
    kind: str, databases: SqliteDatabases | PostgresDatabases, folder: Path, seeds: list[int]
) -> list[Finding]:
    found = []
    with databases.fresh() as url:
        async for finding in run_campaign(url, folder, seeds):
            sys.stdout.write(row(kind, finding) + "\n")
            sys.stdout.flush()
            found.append(finding)
    return found


def row(kind: str, finding: Finding) -> str:
    broken = "; ".join(finding.wrong[:3]) or "-"
    numbers = f"{finding.sent:4}  {finding.skipped:8}  {finding.in_flight:9}  {finding.in_doubt:8}"
    return f"{kind:10}  {finding.seed:4}  {finding.fault:17}  {numbers}  {finding.in_doubt_delivered:11}  {broken}"


def _sum_up(found: list[tuple[str, Finding]]) -> None:
    runs = Counter(kind for kind, _ in found)
    doubts, broken = sum(one.in_doubt for _, one in found), sum(bool(one.wrong) for _, one in found)
    told = ", ".join(f"{count} on {kind}" for kind, count in sorted(runs.items()))
    sent = sum(one.sent for _, one in found)
    sys.stdout.write(
        f"{len(found)} runs ({told}): {sent} sent, {doubts} in doubt, {broken} runs with a broken promise\n"
    )


if __name__ == "__main__":
    sys.exit(main())
