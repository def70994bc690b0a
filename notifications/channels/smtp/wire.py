"""Lines over a connection that may be encrypted on the way: what asyncio's streams lack for STARTTLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from typing import cast

LONGEST_LINE = 4096
MOST_HEARD = 1_000_000  # bytes that nobody has asked for yet


class ConnectionBroken(OSError):
    """The relay hung up, or said what no relay says."""


class Wire(asyncio.Protocol):
    """One connection; whatever waits raises OSError (TimeoutError among it) when it is lost."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._lines: deque[bytes] = deque()  # that have come in and were not heard yet
        self._begun = b""  # of a line whose end has not
        self._bytes = 0  # of the lines
        self._lost: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = self._looks_at = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._closed = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._transport: asyncio.Transport

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None, timeout_: float) -> Wire:
        async with asyncio.timeout(timeout_):
            _, wire = await asyncio.get_running_loop().create_connection(lambda: cls(timeout_), host, port, ssl=tls)
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        found = transport.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        *lines, self._begun = (self._begun + data).split(b"\n")
        self._lines.extend(lines)
        self._bytes += len(data)
        self._wake(None)
        if self._bytes > MOST_HEARD:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._lost = exc or ConnectionBroken("the relay hung up")
        self._wake(None)
        self._closed.set()
        self._may_write.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    @property
    def is_lost(self) -> bool:
        """Whether nothing that is written would leave any more."""
        return self._lost is not None or self._transport.is_closing()

    def write(self, data: bytes | memoryview) -> None:
        """What is written to a lost connection is dropped: whoever waits for the answer is told."""
        if not self.is_lost:  # one loop drops it by itself, another raises what is no OSError
            self._transport.write(data)

    @property
    def is_full(self) -> bool:
        return not self._may_write.is_set()

    async def drain(self) -> None:
        """Waits while the other side is slower than we are."""
        if not self._may_write.is_set():
            async with asyncio.timeout(self._timeout):
                await self._may_write.wait()

    def heard(self) -> bytes | None:
        """The next line that has come in, without its line feed; None where none has yet."""
        if self._lines:
            line = self._lines.popleft()
            self._bytes -= len(line) + 1
            return line
        if len(self._begun) > LONGEST_LINE:
            raise ConnectionBroken("a line without an end")
        if self._lost is not None:
            raise self._lost
        return None

    async def news(self, patience: float) -> None:
        """Waits as many seconds for more to come in, or for the end of the connection."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + patience
        if self._watch is None or self._looks_at > self._deadline:
            self._look_again(loop)
        self._waiter = loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        """One timer outlasts many waits: each of them only puts its end off."""
        if self._watch is not None:
            self._watch.cancel()
        self._looks_at = self._deadline
        self._watch = loop.call_at(self._deadline, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watch = None
        if self._waiter is None:
            return
        if loop.time() >= self._deadline:
            self._wake(TimeoutError("the relay does not answer"))
        else:
            self._look_again(loop)

    def _wake(self, error: Exception | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            if error is None:
                self._waiter.set_result(None)
            else:
                self._waiter.set_exception(error)

    async def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        """Goes on encrypted; what came in before is not the relay's and is forgotten (RFC 3207, section 6)."""
        self._lines.clear()
        self._begun = b""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._timeout):
            encrypted = await loop.start_tls(self._transport, self, tls, server_hostname=host)
        if encrypted is None:
            raise ConnectionBroken("the relay hung up")
        self._transport = encrypted

    async def close(self) -> None:
        self._transport.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout):
                await self._closed.wait()
                return
        self.abort()

    def abort(self) -> None:
        self._transport.abort()
