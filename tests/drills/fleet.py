"""Planners and senders as processes; a killed one is followed by another."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PLANNERS, SENDERS = 2, 3


@dataclass(frozen=True)
class Member:
    name: str
    role: str
    process: asyncio.subprocess.Process

    async def kill(self) -> None:
        if self.process.returncode is not None:
            raise AssertionError(f"{self.name} ended by itself with {self.process.returncode}")
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@dataclass
class Fleet:
    """All processes of an installation; `options` are those of role_process, without role and name."""

    options: dict[str, str]
    members: list[Member] = field(default_factory=list)
    started: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Fleet]:
        roles = ["planner"] * PLANNERS + ["sender"] * SENDERS
        self.members = [await self._start(role) for role in roles]
        try:
            yield self
        finally:
            for member in self.members:
                await member.kill()

    def of(self, role: str) -> list[int]:
        """The places of a role's members."""
        return [place for place, member in enumerate(self.members) if member.role == role]

    @property
    def pids(self) -> list[int]:
        return [member.process.pid for member in self.members]

    async def kill(self, place: int) -> str:
        """Kills one and starts another in its place; the dead one's name."""
        dead = self.members[place]
        await dead.kill()
        self.members[place] = await self._start(dead.role)
        return dead.name

    async def _start(self, role: str) -> Member:
        self.started += 1
        name = f"{role}-{self.started}"
        options = json.dumps(self.options | {"role": role, "name": name})
        errors = None if os.environ.get("ASCOLTO_DRILLS_LOUD") else asyncio.subprocess.DEVNULL
        command = (sys.executable, "-m", "tests.drills.role_process", options)
        process = await asyncio.create_subprocess_exec(*command, stdout=errors, stderr=errors)
        return Member(name, role, process)
