"""Presses that are all made at once, out of a process of its own: `python -m bench.press FILE`; prints what came back.

FILE holds a pickled Crowd. Each connection makes its next request when the one before is answered; nothing is parsed
but the status and the length, so that the machine is left to the services.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

PATIENCE = 120.0
HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True)
class Line:
    """What is to be sent to one port, over so many connections."""

    port: int
    connections: int
    requests: list[bytes]


@dataclass(frozen=True)
class Crowd:
    lines: list[Line]


@dataclass
class Tally:
    """When each answer came, in seconds from the beginning, and with which status."""

    left: int
    done: asyncio.Future[None]
    begun: float = 0
    at: list[float] = field(default_factory=list)
    status: Counter[int] = field(default_factory=Counter)
    bodies: Counter[bytes] = field(default_factory=Counter)

    def note(self, status: int, body: bytes) -> None:
        self.at.append(time.perf_counter() - self.begun)
        self.status[status] += 1
        self.bodies[body[-60:]] += 1
        self.left -= 1
        if not self.left:
            self.done.set_result(None)


class Client(asyncio.Protocol):
    def __init__(self, waiting: list[bytes], tally: Tally) -> None:
        self._waiting, self._tally = waiting, tally
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def press(self) -> None:
        if self._waiting:
            self._transport.write(self._waiting.pop())

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(HEAD)
        if head < 0:
            return
        lower = self._read[:head].lower()
        at = lower.find(LENGTH)
        length = int(lower[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._read) < head + len(HEAD) + length:
            return
        status, body, self._read = int(self._read[9:12]), self._read[head + len(HEAD) :], b""
        self._tally.note(status, body)
        self.press()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._tally.done.done():
            self._tally.done.set_exception(error or ConnectionError("a connection was closed"))


async def connect(line: Line, tally: Tally) -> list[Client]:
    waiting = list(reversed(line.requests))
    clients = [Client(waiting, tally) for _ in range(line.connections)]
    for one in clients:
        await asyncio.get_running_loop().create_connection(partial(_same, one), "127.0.0.1", line.port)
    return clients


def _same(client: Client) -> Client:
    return client


async def press_all(crowd: Crowd) -> Tally:
    loop = asyncio.get_running_loop()
    tally = Tally(sum(len(one.requests) for one in crowd.lines), loop.create_future())
    clients = [client for line in crowd.lines for client in await connect(line, tally)]
    tally.begun = time.perf_counter()
    for client in clients:
        client.press()
    async with asyncio.timeout(PATIENCE):
        await tally.done
    return tally


def main() -> None:
    crowd: Crowd = pickle.loads(Path(sys.argv[1]).read_bytes())
    tally = uvloop.run(press_all(crowd))
    told = {"seconds": max(tally.at), "median": sorted(tally.at)[len(tally.at) // 2], "status": dict(tally.status)}
    sys.stdout.write(json.dumps(told | {"bodies": [one.decode(errors="replace") for one in tally.bodies][:5]}) + "\n")


if __name__ == "__main__":
    main()
