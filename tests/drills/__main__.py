"""`make drills`: two hundred runs over both databases, side by side, as a table.

`python -m tests.drills --runs 12` for fewer. Most of a run is waiting, for what was killed to be missed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.drills.campaign import Finding, run_campaign
from tests.support.databases import PostgresDatabases, SqliteDatabases

HEAD = "database    seed  what went wrong    sent  left out  in flight  in doubt  (delivered)  promises broken"


KINDS = ("sqlite", "postgresql")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills")
    parser.add_argument("--runs", type=int, default=200, help="over both kinds of database together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", choices=KINDS, action="append", help="one kind only")
    options = parser.parse_args()
    sys.stdout.write(HEAD + "\n")
    kinds = options.on or KINDS
    seeds = [options.seed + number for number in range(max(1, options.runs // len(kinds)))]
    found = asyncio.run(_play_all(kinds, seeds))
    _sum_up(found)
    return 1 if any(finding.wrong for _, finding in found) else 0


async def _play_all(kinds: Sequence[str], seeds: Sequence[int]) -> list[tuple[str, Finding]]:
    with tempfile.TemporaryDirectory() as name:
        played = await asyncio.gather(*(_play(kind, _folder(Path(name), kind), seeds) for kind in kinds))
    return [(kind, one) for kind, found in zip(kinds, played, strict=True) for one in found]


def _folder(where: Path, kind: str) -> Path:
    """Each kind has its own disk and its own clock; the database's own account reads it."""
    where.chmod(0o755)
    folder = where / kind
    folder.mkdir(mode=0o755)
    return folder


async def _play(kind: str, folder: Path, seeds: Sequence[int]) -> list[Finding]:
    found = []
    with _database(kind, folder) as url:
        async for finding in run_campaign(url, folder, list(seeds)):
            sys.stdout.write(row(kind, finding) + "\n")
            sys.stdout.flush()
            found.append(finding)
    return found


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        with SqliteDatabases(folder).fresh() as url:
            yield url
        return
    databases = PostgresDatabases(folder)
    try:
        with databases.fresh() as url:
            yield url
    finally:
        databases.close()


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
