"""`ascolto serve`: the service, whole or in roles."""

from __future__ import annotations

import asyncio
import gc
import importlib
import signal
from collections.abc import Awaitable, Callable

import structlog
import typer

from cli.terminal import fail, operator
from cli.world import World, open_world

ROLES = ("web", "bots", "sender", "planner")

log = structlog.get_logger()


def parse_roles(roles: str) -> tuple[str, ...]:
    """The chosen roles in their usual order; an unknown one ends the command."""
    chosen = {role.strip() for role in roles.split(",") if role.strip()}
    if unknown := sorted(chosen.difference(ROLES)):
        t = operator()
        fail(t("Unknown role: {role}. The roles are: {roles}.", role=unknown[0], roles=", ".join(ROLES)))
    return tuple(role for role in ROLES if role in chosen)


def serve(roles: str = typer.Option(",".join(ROLES), help="Which parts of the service this process runs.")) -> None:
    """Runs the service until it is told to stop."""
    chosen = parse_roles(roles)
    with open_world() as world:
        asyncio.run(run_roles(world, chosen))


async def run_roles(world: World, roles: tuple[str, ...]) -> None:
    """Runs roles side by side; ends with the first that fails, or at SIGTERM or SIGINT."""
    # A process imports only the libraries of its roles: aiogram alone costs seconds and 165 MB.
    runs: list[Callable[[World], Awaitable[None]]] = [
        importlib.import_module(f"cli.roles.{role}").run for role in roles
    ]
    gc.freeze()  # what start-up made is kept out of every later collection
    await run_until_stopped([run(world) for run in runs])


async def run_until_stopped(work: list[Awaitable[None]]) -> None:
    """Runs coroutines until one fails or the process is asked to stop; then cancels the others."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    tasks = [asyncio.ensure_future(one) for one in work]
    waiting = asyncio.ensure_future(stopped.wait())
    done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, waiting):
        task.cancel()
    await asyncio.gather(*tasks, waiting, return_exceptions=True)
    for task in done - {waiting}:
        task.result()
