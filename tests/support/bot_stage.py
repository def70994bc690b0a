"""Fixtures: a stage for the participants' bot, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.bots.stage import Stage
from tests.responses.scene import build
from tests.support.sandbox import RunningSandbox, running_sandbox


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Errors are provoked here; nobody reads their tracebacks, and to draw them takes seconds."""
    with capture_logs():
        yield


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture
async def stage(database: Database, clock: FixedClock, links: Links, sandbox: RunningSandbox) -> AsyncIterator[Stage]:
    async with sandbox.bot() as bot:
        yield Stage(build(database, clock.now()), sandbox, bot, clock, links)
