"""The role that plans what is due."""

from __future__ import annotations

from contextlib import AsyncExitStack

from cli.roles import Part
from cli.world import World
from notifications.planning.timers import PlannerDeps, run_planner


async def start(world: World, _: AsyncExitStack) -> Part:
    return Part((run_planner(PlannerDeps(world.database, world.clock, world.clause)),))
