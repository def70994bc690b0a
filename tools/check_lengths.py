"""No source file is longer than one can keep in mind: 400 lines. Migrations are generated, and apart."""

from __future__ import annotations

import sys

from tools.files import ROOT, report, repository_files

LONGEST = 400
SUFFIXES = {".css", ".html", ".js", ".md", ".mjml", ".py", ".sh", ".toml", ".yaml", ".yml"}


def main() -> int:
    faults = []
    for path in repository_files():
        if path.suffix not in SUFFIXES or path.parts[:2] == ("core", "migrations"):
            continue
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        if lines > LONGEST:
            faults.append(f"{path}: {lines} lines, more than {LONGEST}: split it by concept")
    return report(faults, "lengths")


if __name__ == "__main__":
    sys.exit(main())
