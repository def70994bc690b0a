"""Runs the benchmarks and prints their ratios: `python -m bench [NAME ...]`."""

from __future__ import annotations

import importlib
import logging
import platform
import sys

from cli.loop import run

NAMES = ("engine_step", "walks", "chat_answer", "web_step", "hostile", "plan", "tally", "mail", "telegram", "polls")


def main() -> None:
    logging.disable(logging.WARNING)
    chosen = sys.argv[1:] or list(NAMES)
    if unknown := set(chosen) - set(NAMES):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
    sys.stdout.write(f"Python {platform.python_version()}, {platform.machine()}\n")
    for name in chosen:
        found = run(importlib.import_module(f"bench.{name}").run())
        sys.stdout.write("\n" + "\n".join(found.lines()) + "\n")


if __name__ == "__main__":
    main()
