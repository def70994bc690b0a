"""Planners and senders as processes; a killed one is followed by another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.nursery import Child, begin

PLANNERS, SENDERS = 2, 3


@dataclass(frozen=True)
class Member:
    name: str
    role: str
    process: Child

    def kill(self) -> None:
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended by itself with {self.process.returncode}")
        self.process.kill()
        self.process.wait()


@dataclass
class Fleet:
    """All processes of an installation; `options` are those of role_process, without role and name."""

    options: dict[str, str]
    members: list[Member] = field(default_factory=list)
    started: int = 0

    @contextmanager
    def running(self) -> Iterator[Fleet]:
        roles = ["planner"] * PLANNERS + ["sender"] * SENDERS
        self.members = [self._start(role) for role in roles]
        try:
            yield self
        finally:
            for member in self.members:
                member.kill()

    def of(self, role: str) -> list[int]:
        """The places of a role's members."""
        return [place for place, member in enumerate(self.members) if member.role == role]

    @property
    def pids(self) -> list[int]:
        return [member.process.pid for member in self.members]

    def kill(self, place: int) -> str:
        """Kills one and starts another in its place; the dead one's name."""
        dead = self.members[place]
        dead.kill()
        self.members[place] = self._start(dead.role)
        return dead.name

    def _start(self, role: str) -> Member:
        self.started += 1
        name = f"{role}-{self.started}"
        options = json.dumps(self.options | {"role": role, "name": name})
        said = Path("/dev/stderr") if os.environ.get("ASCOLTO_DRILLS_LOUD") else None
        return Member(name, role, begin("tests.drills.role_process", [options], os.environ, said=said))
