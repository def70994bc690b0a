"""A running sandbox for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot

from core.clock import FixedClock
from tests.support.sandbox import RunningSandbox, running_sandbox


@pytest.fixture
async def sandbox(clock: FixedClock) -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(clock) as running:
        yield running


@pytest.fixture
async def bot(sandbox: RunningSandbox) -> AsyncIterator[Bot]:
    async with sandbox.bot() as speaking:
        yield speaking
