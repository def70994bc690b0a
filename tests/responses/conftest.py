"""The scene of a questionnaire, on both databases."""

from __future__ import annotations

import pytest

from core.clock import FixedClock
from core.database.database import Database
from surveys.responses.shelf import FormShelf
from tests.responses.scene import Scene, build


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


@pytest.fixture
def shelf() -> FormShelf:
    return FormShelf()
