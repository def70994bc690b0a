"""The parts of the service that a process may run."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from starlette.routing import Route

from web.entrance import Entrance


@dataclass(frozen=True)
class Part:
    """What a role adds to a process: work that goes on until cancelled, HTTP routes, or a whole application."""

    work: tuple[Awaitable[None], ...] = ()
    routes: tuple[Route, ...] = ()
    app: Entrance | None = None
