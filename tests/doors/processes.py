"""The service in a process of its own, to be killed and started anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.nursery import Child, begin


@dataclass
class Service:
    """`ascolto serve` with some roles; `kills` counts how often it died."""

    roles: str
    settings: Mapping[str, str]
    kills: int = 0
    process: Child = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ASCOLTO_")}
        self.process = begin("cli.main", ["serve", "--roles", self.roles], clean | dict(self.settings))

    def dies(self) -> None:
        """SIGKILL: nothing is tidied up."""
        assert self.process.poll() is None, f"{self.roles} ended by itself with {self.process.returncode}"
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def dies_and_comes_back(self) -> None:
        self.dies()
        self.start()


@contextmanager
def service(roles: str, settings: Mapping[str, str]) -> Iterator[Service]:
    running = Service(roles, settings)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
