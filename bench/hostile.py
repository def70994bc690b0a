"""What it costs to refuse spreadsheets that mean harm: seconds and peak memory, each in a process of its own.

The time and memory of reading a small good form are told first: what refusing takes comes on top of the imports.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from surveys.xlsform.compile import compile_form
from surveys.xlsform.errors import FormErrors
from tests.xlsform.hostile import CASES, GOOD, Case

SECONDS = 2.0
MEGABYTES = 200
GOOD_FORM = Case("(a good form)", "f.md", GOOD.encode, "")


@dataclass(frozen=True)
class Cost:
    name: str
    seconds: float
    megabytes: float
    said: str

    def line(self) -> str:
        over = "" if self.seconds < SECONDS and self.megabytes < MEGABYTES else "  OVER"
        return f"  {self.name:<40} {self.seconds:>6.2f} s {self.megabytes:>6.0f} MB  {self.said[:60]}{over}"


@dataclass(frozen=True)
class Table:
    costs: list[Cost]

    def lines(self) -> list[str]:
        limits = f"Refusing hostile spreadsheets (limits: {SECONDS:.0f} s and {MEGABYTES} MB, a process each)"
        return [limits, *(cost.line() for cost in self.costs)]


async def run() -> Table:
    with tempfile.TemporaryDirectory() as folder:
        return Table([_measured(case, Path(folder)) for case in (GOOD_FORM, *CASES)])


def _measured(case: Case, folder: Path) -> Cost:
    path = folder / case.filename
    path.write_bytes(case.make())
    done = subprocess.run([sys.executable, "-m", "bench.hostile", path], capture_output=True, text=True, check=True)
    seconds, megabytes, said = done.stdout.strip().split(" ", 2)
    return Cost(case.name, float(seconds), float(megabytes), said)


def main() -> None:
    """Reads the file named on the command line; prints seconds, peak megabytes and what is said of it."""
    path = Path(sys.argv[1])
    start = time.perf_counter()
    try:
        compile_form(path, path.name, name="form", version=1)
        said = "accepted"
    except FormErrors as faults:
        said = str(faults).partition("\n")[0]
    seconds = time.perf_counter() - start
    sys.stdout.write(f"{seconds} {_peak()} {said}\n")


def _peak() -> float:
    """Megabytes at most in memory; Linux keeps the count of the process before in ru_maxrss."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
