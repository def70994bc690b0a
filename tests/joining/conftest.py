"""The stage, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.joining.stage import Stage
from tests.responses.scene import build
from tests.support.sandbox import RunningSandbox, running_sandbox
from tests.support.web import running_web


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def stage(database: Database, clock: FixedClock, links: Links, sandbox: RunningSandbox) -> AsyncIterator[Stage]:
    scene = build(database, clock.now())
    headers = {"Accept-Language": "en", "Accept": "text/html"}
    with (
        running_web(database, clock, links) as web,
        httpx.Client(base_url=web.url, timeout=60, headers=headers) as http,
    ):
        made = Stage(scene, clock, sandbox, web, http)
        made.open()
        yield made
