"""A bare route that only commits in groups: `python -m bench.bare_votes ADDRESS PORT`.

FastAPI on uvicorn as `ascolto serve` runs it; each post becomes one small row, by the database's driver alone, and is
answered after its commit.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bench.bare import BareGroup
from cli.http import serve_http
from cli.loop import run, settle_memory
from cli.ports import listen


async def serve(address: str, port: int) -> None:
    group = BareGroup(Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:") else address)
    numbers = itertools.count(port * 10_000_000)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    async def vote(request: Request) -> Response:
        body = await request.body()
        number = next(numbers)
        await group.store(number, number, body[:64].decode())
        return Response(status_code=200)

    app.add_route("/{path:path}", vote, methods=["POST"])
    settle_memory()
    await serve_http(app, listen("127.0.0.1", port))


if __name__ == "__main__":
    run(serve(sys.argv[1], int(sys.argv[2])))
