"""The pretended time over HTTP: `GET /clock`, `POST /clock`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from core.clock import Clock, FixedClock, SharedClock


@dataclass(frozen=True)
class ClockApi:
    """Moves a clock that can be moved; others are only shown."""

    clock: Clock

    @property
    def movable(self) -> bool:
        return isinstance(self.clock, SharedClock | FixedClock)

    def routes(self) -> Iterable[Route]:
        yield Route("/clock", self.show, methods=["GET"])
        yield Route("/clock", self.move, methods=["POST"])

    async def show(self, _: Request) -> Response:
        return JSONResponse({"now": self.clock.now().isoformat(), "movable": self.movable})

    async def move(self, request: Request) -> Response:
        """Takes `{"advance_seconds": n}` or `{"to": instant}`, as JSON or from a form."""
        from_form = request.headers.get("content-type", "").startswith("application/x-www-form")
        try:
            wish = dict(await request.form()) if from_form else json.loads(await request.body())
            instant = self._wanted(wish)
        except (ValueError, TypeError, KeyError, OverflowError):
            return JSONResponse({"error": "advance_seconds or to (with its zone) is needed"}, status_code=400)
        if isinstance(self.clock, SharedClock):
            self.clock.move_to(instant)
        elif isinstance(self.clock, FixedClock):
            self.clock.set(instant)
        else:
            return JSONResponse({"error": "this clock cannot be moved"}, status_code=409)
        return RedirectResponse("/sandbox", status_code=303) if from_form else await self.show(request)

    def _wanted(self, wish: dict[str, object]) -> datetime:
        if "advance_seconds" in wish:
            return self.clock.now() + timedelta(seconds=float(str(wish["advance_seconds"])))
        instant = datetime.fromisoformat(str(wish["to"]))
        if instant.tzinfo is None:
            raise ValueError(wish["to"])
        return instant.astimezone(UTC)
