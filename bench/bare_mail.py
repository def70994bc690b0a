"""A pipelined SMTP client and nothing else: `python -m bench.bare_mail PORT COUNT CONNECTIONS FILE`.

Prints when it began and when it ended.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

ENVELOPE = b"MAIL FROM:<office@example.org>\r\nRCPT TO:<person%d@example.org>\r\nDATA\r\n"
GAP = b"erson%d"
ANSWERS = 4  # to the content before, and to the three commands


class Client(asyncio.Protocol):
    """Content and the next envelope leave together; the next round begins with the last answer of the one before."""

    def __init__(self, count: int, content: bytes, done: asyncio.Future[None]) -> None:
        self._left, self._pieces, self._done = count, content.split(GAP % 1), done
        self._waits = 1
        self._begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._waits -= data.count(b"\n")
        if self._waits > 0:
            return
        if not self._begun:
            self._begun, self._waits = True, ANSWERS
            self._transport.write(b"RSET\r\n" + ENVELOPE % self._left)
        elif self._left == 0:
            self._transport.close()
            self._done.set_result(None)
        else:
            self._left -= 1
            self._waits = ANSWERS if self._left else 1
            # As personal as the product's: the name and the links stand where a byte template has gaps.
            mine = GAP % (self._left + 1)
            self._transport.write(mine.join(self._pieces) + (ENVELOPE % self._left if self._left else b""))


async def _run(port: int, count: int, connections: int, content: bytes) -> tuple[float, float]:
    loop = asyncio.get_running_loop()
    start = time.perf_counter()
    ends = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(lambda done=done: Client(count // connections, content, done), "127.0.0.1", port)  # type: ignore[misc]
        ends.append(done)
    await asyncio.gather(*ends)
    return start, time.perf_counter()


if __name__ == "__main__":
    port, count, connections = map(int, sys.argv[1:4])
    start, end = uvloop.run(_run(port, count, connections, Path(sys.argv[4]).read_bytes() + b".\r\n"))
    sys.stdout.write(f"{start} {end}\n")  # of a clock that all processes share
