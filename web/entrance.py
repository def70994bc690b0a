"""The way in: what holds for every answer, and what is looked at before all pages."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.guards import SecurityHeaders, headers_of_answers, with_others
from web.health import Counts


class Entrance:
    """An application with routes that are tried before its pages: where a hall presses at once.

    They pass by the layers of the framework, which cost more than a vote; what they answer with shows nothing, and
    carries the headers that concern it. The counts are everybody's. `guarded` are the pages, for what is passed on.
    """

    def __init__(self, pages: FastAPI, counts: Counts, *, secure: bool) -> None:
        self.pages = pages
        self.guarded: ASGIApp = SecurityHeaders(pages, secure)
        self._counts = counts
        self._headers = headers_of_answers(secure)
        self._first: dict[str, list[Route]] = {}  # by the first word of their addresses

    def put_first(self, routes: Sequence[Route]) -> None:
        for route in routes:
            self._first.setdefault(_first_word(route.path), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.pages(scope, receive, send)
            return
        status, started = 500, perf_counter()
        first = self._find(scope)

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if first is not None:
                    message["headers"] = with_others(message["headers"], self._headers)
            await send(message)

        try:
            await (self.guarded if first is None else first.app)(scope, receive, send_and_see)
        finally:
            self._counts.note(scope, status, perf_counter() - started)

    def _find(self, scope: Scope) -> Route | None:
        """The route that is tried first, if one matches."""
        path = scope["path"]
        for route in self._first.get(_first_word(path), ()):
            if scope["method"] in (route.methods or ()) and (match := route.path_regex.match(path)) is not None:
                scope["path_params"], scope["route"] = match.groupdict(), route
                return route
        return None


def _first_word(path: str) -> str:
    return path[1:].partition("/")[0]
