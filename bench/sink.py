"""A mail server that keeps nothing: a process of its own, which reads as fast as it can and answers."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """Knows the commands of one mail after another, pipelined or not (RFC 5321, RFC 2920)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._rest = b""
        self._in_content = False
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        answers: list[bytes] = []
        start = 0
        while True:
            if self._in_content:
                end = data.find(END, start)
                if end < 0:
                    start = max(start, len(data) - len(END) + 1)  # what was seen holds no end
                    break
                start, self._in_content = end + len(END), False
                answers.append(b"250 2.0.0 kept\r\n")
            else:
                end = data.find(b"\n", start)
                if end < 0:
                    break
                answers.append(self._answer(data[start:end]))
                start = end + 1
        self._rest = data[start:]
        if answers:
            self._transport.write(b"".join(answers))

    def _answer(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO":
                return b"250-sink\r\n250-PIPELINING\r\n250 SIZE 50000000\r\n"
            case b"DATA":
                self._in_content = True
                return b"354 go ahead\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
        return b"250 2.0.0 fine\r\n"


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
