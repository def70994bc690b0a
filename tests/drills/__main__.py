"""`make drills`: fifty kills on each database, as a table. `python -m tests.drills --kills 10` for fewer."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.drills.senders import Drill, Finding, run_drill
from tests.support.databases import PostgresDatabases, SqliteDatabases

KILLS_A_RUN = 5
MOST_SEEDS, OTHER_SEED = 4, 1000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills")
    parser.add_argument("--kills", type=int, default=50, help="on each kind of database")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write("database    senders  seed  kills   sent  in flight  in doubt  (of these delivered)  faults\n")
    faults = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = PostgresDatabases(folder)
        try:
            for kind, databases, senders in (("sqlite", SqliteDatabases(folder), 1), ("postgresql", postgres, 2)):
                for run in range(max(1, options.kills // KILLS_A_RUN)):
                    drill = Drill(options.seed + run, senders=senders, kills=min(KILLS_A_RUN, options.kills))
                    finding = until_it_hits(drill, databases)
                    faults += len(finding.faults)
                    sys.stdout.write(row(kind, finding) + "\n")
                    sys.stdout.flush()
        finally:
            postgres.close()
    return 1 if faults else 0


def until_it_hits(drill: Drill, databases: SqliteDatabases | PostgresDatabases) -> Finding:
    """Kills that met no message in flight show little: then another seed, and a fault when none of them hits."""
    for again in range(MOST_SEEDS):
        with databases.fresh() as url:
            finding = asyncio.run(run_drill(replace(drill, seed=drill.seed + again * OTHER_SEED), url))
        if finding.in_flight or finding.faults:
            return finding
    finding.faults.append("no kill met a message in flight")
    return finding


def row(kind: str, finding: Finding) -> str:
    drill = finding.drill
    numbers = f"{drill.senders:7}  {drill.seed:4}  {drill.kills:5}  {finding.sent:5}  {finding.in_flight:9}"
    faults = "; ".join(finding.faults[:3]) or "-"
    return f"{kind:10}  {numbers}  {finding.in_doubt:8}  {finding.in_doubt_delivered:20}  {faults}"


if __name__ == "__main__":
    sys.exit(main())
