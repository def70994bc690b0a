"""A bare route that only commits in groups: `python -m bench.bare_votes ADDRESS PORT`.

FastAPI on uvicorn as `ascolto serve` runs it; of each post what was chosen is read (out of a form, or out of JSON as
Telegram posts it) and becomes one small row, by the database's driver alone, answered after its commit. The disk is
waited for as the product does: SQLite with synchronous=FULL, PostgreSQL as it is set up.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bench.bare import BareGroup
from cli.http import serve_http
from cli.loop import run, settle_memory
from cli.ports import listen


def chosen(request: Request, body: bytes) -> str:
    if request.headers["content-type"] == "application/json":
        return str(json.loads(body)["callback_query"]["data"])
    return dict(parse_qsl(body.decode("latin-1")))["choice"]


async def serve(address: str, port: int) -> None:
    group = BareGroup(Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:") else address)
    numbers = itertools.count(port * 10_000_000)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    async def vote(request: Request) -> Response:
        body = await request.body()
        number = next(numbers)
        await group.store(number, number, chosen(request, body))
        return Response(status_code=200)

    app.add_route("/{path:path}", vote, methods=["POST"])
    settle_memory()
    await serve_http(app, listen("127.0.0.1", port))


if __name__ == "__main__":
    run(serve(sys.argv[1], int(sys.argv[2])))
