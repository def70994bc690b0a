"""An office with an event, its pages, and browsers that open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Browser

from tests.door.hall import PASSWORD
from tests.support.browser import chromium
from tests.support.pages import http, scene, web
from tests.support.web import RunningWeb

__all__ = ["http", "scene", "web"]  # fixtures


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def signed_in(web: RunningWeb) -> Iterator[Callable[[str], httpx.Client]]:
    """Signs an account in, as a telephone that asks for JSON."""
    with ExitStack() as stack:

        def enter(email: str) -> httpx.Client:
            client = httpx.Client(base_url=web.url, timeout=60, headers={"Accept": "application/json"})
            answer = stack.enter_context(client).post("/console/sign-in", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            return client

        yield enter
