"""A stage for the staff's bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.clock import FixedClock
from core.database.database import Database
from tests.notifications.office import make_office
from tests.staff_bot.stage import ADA, NOON, StaffStage
from tests.support.bot_stage import quiet, sandbox
from tests.support.sandbox import RunningSandbox

__all__ = ["quiet", "sandbox"]  # fixtures


@pytest.fixture
async def stage(database: Database, clock: FixedClock, sandbox: RunningSandbox) -> AsyncIterator[StaffStage]:
    clock.set(NOON)
    made = StaffStage(database, sandbox, clock, database.write(lambda session: make_office(session, [ADA])))
    yield made
    await made.door.close()
