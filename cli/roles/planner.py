"""The role that plans what is due."""

from __future__ import annotations

from cli.world import World
from notifications.planning.timers import PlannerDeps, run_planner


async def run(world: World) -> None:
    await run_planner(PlannerDeps(world.database, world.clock, world.clause))
