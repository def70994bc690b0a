"""A server that is stopped while somebody follows a stream."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from cli.http import serve_http


async def _screen(request: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(lines(), media_type="text/event-stream")


async def test_a_screen_that_is_open_ends_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    serving = asyncio.create_task(serve_http(Starlette(routes=[Route("/", _screen)]), listener, patience=1))
    with caplog.at_level(logging.ERROR):
        async with httpx.AsyncClient() as client, client.stream("GET", address) as answer:
            pieces = answer.aiter_bytes()
            assert await anext(pieces) == b"data: 1\n\n"
            serving.cancel()
            assert [piece async for piece in pieces] == []
            with pytest.raises(asyncio.CancelledError):
                await serving
    assert [one.getMessage() for one in caplog.records if one.exc_info] == []
