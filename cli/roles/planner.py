"""The role that plans what is due, and reads what comes back."""

from __future__ import annotations

from contextlib import AsyncExitStack

from cli.roles import Part
from cli.world import World
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.reading import IntakeDeps, parse_source, run_intake
from notifications.planning.timers import PlannerDeps, run_planner


async def start(world: World, _: AsyncExitStack) -> Part:
    """Raises SettingMissing, SettingWrong where mails are to be read and cannot."""
    work = [run_planner(PlannerDeps(world.database, world.clock, world.rules, world.personal, world.ids))]
    if world.settings.incoming_mail:
        returns = ReturnAddresses(world.settings.need_return_address(), world.links)
        source = parse_source(world.settings.incoming_mail)
        work.append(run_intake(IntakeDeps(world.database, world.clock, returns, source)))
    return Part(tuple(work))
