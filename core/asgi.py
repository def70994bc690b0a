"""What a request brings, read at once: for the few routes that are too busy for a framework's layers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


class Brought(NamedTuple):
    """`content` is None where it is longer than was asked for, or whoever sent it has gone.

    `again` gives what was read once more, and then what follows, to whoever looks at the request next.
    """

    content: bytes | None
    again: Receive


async def read_body(receive: Receive, most: int) -> Brought:
    """The body of a request, if it has at most so many bytes (ASGI, "HTTP & WebSocket", http.request)."""
    message = await receive()
    read, content = [message], message.get("body", b"")
    while message["type"] == "http.request" and message.get("more_body", False) and len(content) <= most:
        message = await receive()
        read.append(message)
        content += message.get("body", b"")

    async def again() -> Message:
        return read.pop(0) if read else await receive()

    return Brought(content if message["type"] == "http.request" and len(content) <= most else None, again)


def header(headers: Headers, name: bytes) -> bytes:
    """By its name in small letters, b"" where it was not sent."""
    for key, value in headers:
        if key == name:
            return value
    return b""


async def answer(send: Send, status: int, headers: Headers = (), content: bytes = b"") -> None:
    length = (b"content-length", b"%d" % len(content))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": content})
