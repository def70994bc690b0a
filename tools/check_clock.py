"""Nothing but `core/clock.py` asks what time it is; durations may be measured anywhere."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.files import ROOT, report, repository_files

ASKING = {
    "date": {"today"},
    "datetime": {"now", "utcnow", "today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
    "func": {"now", "current_timestamp", "current_date", "clock_timestamp"},
}
ALLOWED = Path("core/clock.py")


def main() -> int:
    faults = []
    for path in repository_files():
        if path.suffix == ".py" and path != ALLOWED and path.parts[0] != "tests":
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            faults += [f"{path}:{line}: {what} asks the time: take a Clock" for line, what in questions(tree)]
    return report(faults, "clock")


def questions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a syntax tree asks the time: line and the call's name."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=owner, attr=name) if name in ASKING.get(_last_name(owner), ()):
                yield node.lineno, f"{_last_name(owner)}.{name}"
            case ast.ImportFrom(module="time", names=names):
                yield from ((node.lineno, f"time.{a.name}") for a in names if a.name in ASKING["time"])


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


if __name__ == "__main__":
    sys.exit(main())
