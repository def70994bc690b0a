"""An office with an event, its pages, and browsers that open them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import chromium
from tests.support.pages import http, scene, web

__all__ = ["http", "scene", "web"]  # fixtures


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
