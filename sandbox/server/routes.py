"""The Bot API over HTTP: `/telegram/bot<token>/<method>` and `/telegram/file/bot<token>/<path>`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.misbehaviour import ApiFault, Misbehaviour
from sandbox.server.bot import Bot
from sandbox.server.errors import TITLES, Refusal, bad_request, too_many
from sandbox.server.methods import carry_out
from sandbox.server.strict import Method, Upload
from sandbox.server.webhook import Deliverer

Given = tuple[dict[str, Any], dict[str, Upload]]
FAULTS = TITLES | {401: "Unauthorized", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}


DOWNLOAD = "download"  # how misbehaviour names the fetching of a file


class Dropped(Response):
    """An answer that is begun and never ends, upon which the server closes the connection; `begun` is what arrives."""

    def __init__(self, length: int = 1000, begun: bytes = b"") -> None:
        super().__init__()
        self._length, self._begun = length, begun

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", str(self._length).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if self._begun:
            await send({"type": "http.response.body", "body": self._begun, "more_body": True})


@dataclass(frozen=True)
class BotApi:
    """The bots by token, and how the server treats them."""

    bots: dict[str, Bot]
    deliverers: dict[str, Deliverer]
    methods: dict[str, Method]
    misbehaviour: Misbehaviour

    def routes(self) -> Iterable[Route]:
        yield Route("/telegram/file/bot{token}/files/{file_id}", self.download, methods=["GET"])
        yield Route("/telegram/bot{token}/{method}", self.call, methods=["GET", "POST"])

    async def call(self, request: Request) -> Response:
        """Answers one request, or fails as it was told to."""
        name = request.path_params["method"]
        given = await _given(request)
        fault = self.misbehaviour.api_fault(name)
        if fault is not None and fault.slow:
            await asyncio.sleep(fault.slow)
        if fault is not None and fault.drop == "before":
            return Dropped()
        response = await self._answer(request.path_params["token"], name, given, fault)
        return Dropped() if fault is not None and fault.drop == "after" else response

    async def download(self, request: Request) -> Response:
        bot = self.bots.get(request.path_params["token"])
        upload = bot.files.kept.get(request.path_params["file_id"]) if bot else None
        if upload is None:
            return _refused(Refusal(404, "Not Found"))
        fault = self.misbehaviour.api_fault(DOWNLOAD)
        if fault is not None and fault.slow:
            await asyncio.sleep(fault.slow)
        if fault is not None and fault.drop:  # in the middle of the file
            return Dropped(len(upload.content), upload.content[: len(upload.content) // 2])
        if fault is not None and fault.status:
            return Response(status_code=fault.status)
        return Response(upload.content, media_type="application/octet-stream")

    async def _answer(self, token: str, name: str, given: Given | Refusal, fault: ApiFault | None) -> Response:
        try:
            if token not in self.bots:
                raise Refusal(401, "Unauthorized")
            if fault is not None and fault.status:
                raise _told(fault)
            if isinstance(given, Refusal):
                raise given
            bot = self.bots[token]
            result = await carry_out(bot, self.methods.get(name.lower()), *given)
            self.deliverers[bot.name].wake()
        except Refusal as refusal:
            return _refused(refusal)
        return JSONResponse({"ok": True, "result": result})


async def _given(request: Request) -> Given | Refusal:
    """The parameters of a request, from its address and its body in any of three kinds."""
    given: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind == "application/json":
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                return bad_request("can't parse JSON object")
            given |= body
        elif kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
            async with request.form(max_fields=1000, max_part_size=50 * 2**20) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        mime = value.content_type or "application/octet-stream"
                        uploads[name] = Upload(value.filename or name, await value.read(), mime)
                    else:
                        given[name] = value
    except (ValueError, MultiPartException):
        return bad_request("can't parse the request")
    return given, uploads


def _told(fault: ApiFault) -> Refusal:
    if fault.status == 429:
        return too_many(fault.retry_after or 1)
    return Refusal(fault.status, FAULTS.get(fault.status, "Misbehaviour"), fault.retry_after or None)


def _refused(refusal: Refusal) -> Response:
    return JSONResponse(refusal.body(), status_code=refusal.status)
