"""The files of this repository, as the checks see them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "surveys", "notifications", "bots", "web", "cli", "sandbox")


def repository_files() -> Iterator[Path]:
    """Every file that is committed or could be, relative to the root, in order of name."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in sorted(set(listed.split("\0"))):
        if name and (ROOT / name).is_file():
            yield Path(name)


def report(faults: list[str], name: str) -> int:
    """Prints what was found and gives the exit status."""
    for fault in faults:
        print(fault)
    if faults:
        print(f"{name}: {len(faults)} to put right")
    return 1 if faults else 0
