"""Checks side by side, each with a limit of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Thread
from typing import Any

from core.errors import Problem
from core.findings import Finding, Said, State
from core.i18n import N_
from notifications.deliverability.questions import NoAnswer

LIMIT_SECONDS = 10.0

TOO_LONG = N_("No answer within {seconds} seconds: this could not be looked at.")
SILENT = N_("The name server does not answer the question for {name} ({kind}): {why}. This could not be looked at.")
ASK_AGAIN = N_("Look whether this machine reaches a name server, and try again.")
BROKEN = N_("This could not be looked at: {error}")


@dataclass(frozen=True)
class Check:
    """What is looked at under one name."""

    name: str
    look: Callable[[], Awaitable[list[Finding]]]


async def run_checks(checks: Sequence[Check], limit: float = LIMIT_SECONDS) -> list[Finding]:
    """What all checks found, in their order; never raises for what a check runs into, and never waits longer."""
    asyncio.get_running_loop().set_default_executor(Unwaited())
    found = await asyncio.gather(*(_run(check, limit) for check in checks))
    return [one for findings in found for one in findings]


async def _run(check: Check, limit: float) -> list[Finding]:
    try:
        async with asyncio.timeout(limit):
            return await check.look()
    except TimeoutError:
        return [Finding(check.name, State.UNKNOWN, Said(TOO_LONG, {"seconds": round(limit)}))]
    except NoAnswer as silent:
        values = {"name": silent.question.name, "kind": silent.question.kind, "why": silent.why}
        return [Finding(check.name, State.UNKNOWN, Said(SILENT, values), Said(ASK_AGAIN))]
    except Problem as problem:
        return [Finding(check.name, State.WRONG, problem)]
    except Exception as error:  # one check must not keep the others from being told
        said = f"{type(error).__name__}: {error}"
        return [Finding(check.name, State.UNKNOWN, Said(BROKEN, {"error": said}))]


class Unwaited(ThreadPoolExecutor):
    """A thread for each piece of work, and nobody waits for those that hang when the program ends.

    Looking up a name, or connecting to a database that is silent, cannot be broken off.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:  # it belongs to whoever waits for the result
                    future.set_exception(error)

        Thread(target=work, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is kept that could be ended."""
