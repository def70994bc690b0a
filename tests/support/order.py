"""Which files run first: the longest, so that at the end no worker is left alone with one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LONGEST = (
    "drills/test_campaign.py",
    "web/test_dialogues_in_browser.py",
    "demo/test_demo.py",
    "web/test_controls.py",
    "play/test_five_months.py",
    "doors/test_switching.py",
    "door/test_telephone.py",
    "play/test_hall.py",
    "package/test_commands.py",
    "events/test_last_seats.py",
    "doors/test_killed.py",
    "polls/test_killed.py",
    "house/test_errors.py",
    "web/test_browser.py",
    "joining/test_browser.py",
    "room/test_browser.py",
    "door/test_telephone_keeps.py",
    "events/test_page_seats.py",
    "polls/test_pages.py",
    "doors/test_mini_app.py",
)
"""Those that take more than about eight seconds; only the order depends on it, so it need not be exact."""

_PLACES = {TESTS / name: place for place, name in enumerate(LONGEST)}


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The files in LONGEST as they stand there, then all others as they were; within a file nothing moves."""
    return sorted(items, key=lambda item: _PLACES.get(item.path, len(LONGEST)))
