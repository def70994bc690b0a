"""The way in: what holds for every answer, and what is looked at before all pages."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from web.guards import SecurityHeaders
from web.health import Counting, Counts


class Entrance:
    """An application with routes that are tried before its pages: where a hall presses at once.

    They pass by the layers of the framework, which cost more than a vote; the headers and the counts are everybody's.
    """

    def __init__(self, pages: FastAPI, counts: Counts, *, secure: bool) -> None:
        self.pages = pages
        self._first: list[BaseRoute] = []
        self._guarded = Counting(SecurityHeaders(self._choose, secure), counts)

    def put_first(self, routes: Sequence[BaseRoute]) -> None:
        self._first.extend(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guarded(scope, receive, send)

    async def _choose(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route in self._first:
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                scope["route"] = route
                await route.handle(scope, receive, send)
                return
        await self.pages(scope, receive, send)
