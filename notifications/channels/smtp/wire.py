"""Lines over a connection that may be encrypted on the way: what asyncio's streams lack for STARTTLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import cast

LONGEST_LINE = 4096
MOST_HEARD = 1_000_000


class ConnectionBroken(OSError):
    """The relay hung up, or said what no relay says."""


class Wire(asyncio.Protocol):
    """One connection; whatever waits raises OSError (TimeoutError among it) when it is lost."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._heard = bytearray()
        self._lost: Exception | None = None
        self._news = asyncio.Event()
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
        self._heard += data
        self._news.set()
        if len(self._heard) > MOST_HEARD:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = exc or ConnectionBroken("the relay hung up")
        self._news.set()
        self._closed.set()
        self._may_write.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def write(self, data: bytes | memoryview) -> None:
        self._transport.write(data)

    async def drain(self) -> None:
        """Waits while the other side is slower than we are."""
        if not self._may_write.is_set():
            async with asyncio.timeout(self._timeout):
                await self._may_write.wait()

    async def line(self, patience: float) -> bytes:
        """The next line, without its end, waited for as many seconds."""
        while (end := self._heard.find(b"\n", 0, LONGEST_LINE)) < 0:
            if len(self._heard) >= LONGEST_LINE:
                raise ConnectionBroken("a line without an end")
            if self._lost is not None:
                raise self._lost
            self._news.clear()
            async with asyncio.timeout(patience):
                await self._news.wait()
        line = bytes(self._heard[:end]).rstrip(b"\r")
        del self._heard[: end + 1]
        return line

    async def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        """Goes on encrypted; what came in before is not the relay's and is forgotten (RFC 3207, section 6)."""
        self._heard.clear()
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
