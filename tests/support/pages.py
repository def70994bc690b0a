"""Fixtures: a scene, the pages that show it, and people who open them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.responses.scene import Scene, build
from tests.support.web import RunningWeb, running_web


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


@pytest.fixture
def web(scene: Scene, database: Database, clock: FixedClock, links: Links) -> Iterator[RunningWeb]:
    with running_web(database, clock, links) as running:
        yield running


@pytest.fixture
def http(web: RunningWeb) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.url, timeout=60, headers={"Accept-Language": "en", "Accept": "text/html"}) as client:
        yield client
