"""`ascolto serve`: the service, whole or in roles."""

from __future__ import annotations

import asyncio
import importlib
import signal
import socket
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack

import structlog
import typer
from sqlalchemy.orm import configure_mappers
from starlette.applications import Starlette
from starlette.types import ASGIApp

from cli.http import serve_http
from cli.loop import run, settle_memory
from cli.ports import listen
from cli.roles import Part
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


def serve(
    roles: str = typer.Option(
        "", help=f"Which parts of the service this process runs, out of {','.join(ROLES)}; all when left out."
    ),
) -> None:
    """Runs the service until it is told to stop."""
    chosen = parse_roles(roles)
    with open_world() as world:
        run(run_roles(world, chosen or usual_roles(world)))


def usual_roles(world: World) -> tuple[str, ...]:
    """All roles; an office that has no bot does without the one that needs a token."""
    if world.settings.participant_bot_token or world.settings.staff_bot_token:
        return ROLES
    log.warning("there is no bot: neither ASCOLTO_PARTICIPANT_BOT_TOKEN nor ASCOLTO_STAFF_BOT_TOKEN is set")
    return tuple(role for role in ROLES if role != "bots")


async def run_roles(world: World, roles: Sequence[str]) -> None:
    """Runs roles side by side; ends with the first that fails, or at SIGTERM or SIGINT."""
    async with AsyncExitStack() as stack:
        parts = await start_roles(world, roles, stack)
        work = [one for part in parts for one in part.work]
        if (app := web_app(parts)) is not None:
            work.append(serve_http(app, listening(world)))
            log.info("listening", address=f"http://{world.settings.host}:{world.settings.port}")
        log.info("serving", roles=",".join(roles))
        await run_until_stopped(work)


async def start_roles(world: World, roles: Sequence[str], stack: AsyncExitStack) -> list[Part]:
    """Opens what the roles need; what goes wrong with settings is told before anything runs."""
    # A process imports only the libraries of its roles: aiogram alone costs seconds and 165 MB.
    modules = [importlib.import_module(f"cli.roles.{role}") for role in roles]
    parts = [await module.start(world, stack) for module in modules]
    configure_mappers()  # or whoever comes first waits for it
    settle_memory()
    return parts


def web_app(parts: Sequence[Part]) -> ASGIApp | None:
    """One application of all that the parts serve over HTTP; None when they serve nothing."""
    routes = [route for part in parts for route in part.routes]
    app = next((part.app for part in parts if part.app is not None), None)
    if app is None:
        return Starlette(routes=routes) if routes else None
    app.put_first(routes)
    return app


def listening(world: World) -> socket.socket:
    """The socket of the settings; raises PortTaken."""
    return listen(world.settings.host, world.settings.port)


async def run_until_stopped(work: Sequence[Awaitable[None]]) -> None:
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
