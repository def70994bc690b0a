"""Processes that begin with everything imported: forked, where to start one anew takes seconds.

What runs in them is a process of its own in all that matters to a test: its memory, its files, its
connections, how it is killed.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

WARM = (
    "cli.main",
    "cli.roles.bots",
    "cli.roles.planner",
    "cli.roles.sender",
    "cli.roles.web",
    "tests.drills.role_process",
    "tests.hooks.process",
)
LOOK_SECONDS = 0.01
Job = dict[str, Any]


@dataclass
class Nursery:
    """Starts processes and knows how they ended; one for each process that runs tests."""

    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "tests.support.nursery"]
        root = Path(__file__).resolve().parents[2]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=root
        )
        atexit.register(self._end)

    def _end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def ask(self, job: Job) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        return json.loads(self.process.stdout.readline())


@cache
def nursery() -> Nursery:
    return Nursery()


@dataclass
class Child:
    """A running `main()` of a module; as much of a Popen as tests use."""

    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = nursery().ask({"ended": self.pid})
        return self.returncode

    def wait(self) -> int:
        while (code := self.poll()) is None:
            time.sleep(LOOK_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def begin(
    module: str,
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    said: Path | None = None,
    folder: Path | None = None,
) -> Child:
    """Runs `main()` of a module with these words of the command line; what it says goes into a file, or nowhere."""
    job = {"module": module, "words": list(words), "environment": dict(environment)}
    return Child(nursery().ask(job | {"said": str(said or os.devnull), "folder": str(folder or Path.cwd())}))


def _serve() -> Job:
    """Answers what is asked; returns in a child alone, with its job. No child outlives the asking process."""
    living: set[int] = set()
    for line in sys.stdin:
        job = json.loads(line)
        if "ended" in job:
            answer = _ended(job["ended"])
            living -= set() if answer is None else {job["ended"]}
        elif (answer := os.fork()) == 0:
            return dict(job)
        else:
            living.add(answer)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in living:
        os.kill(pid, signal.SIGKILL)
    sys.exit(0)


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _live(job: Job) -> NoReturn:
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    random.seed()
    said = os.open(job["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, said), (2, said)):
        os.dup2(source, target)
    sys.argv = [job["module"], *job["words"]]
    importlib.import_module(job["module"]).main()
    sys.exit(0)


if __name__ == "__main__":
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _live(_serve())
