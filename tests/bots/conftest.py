"""A stage for the bot, on both databases."""

from __future__ import annotations

from tests.support.bot_stage import quiet, sandbox, stage

__all__ = ["quiet", "sandbox", "stage"]  # fixtures
