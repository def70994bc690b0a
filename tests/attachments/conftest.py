"""The scene of a questionnaire that asks for files, on both databases."""

from __future__ import annotations

import pytest

from core.clock import FixedClock
from core.database.database import Database
from surveys.responses.shelf import FormShelf
from tests.responses.desk import Desk
from tests.responses.scene import Scene, build
from tests.support.attachments import media_form


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now(), media_form())


@pytest.fixture
def shelf() -> FormShelf:
    return FormShelf()


@pytest.fixture
def desk(scene: Scene, shelf: FormShelf) -> Desk:
    return Desk(scene, shelf)
