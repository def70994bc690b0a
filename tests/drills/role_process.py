"""One sender or planner as a process of its own, to be killed: python -m tests.drills.role_process OPTIONS-AS-JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from core.addresses import PublicUrls
from core.clock import SharedClock
from core.database.database import Database
from core.links import Links
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.channels.telegram import TelegramChannel
from notifications.planning.timers import PlannerDeps, run_planner
from notifications.sending.context import Voice
from notifications.sending.loop import Pace, SenderDeps, run_sender
from tests.notifications.office import RULES


def main() -> None:
    asyncio.run(_run(json.loads(sys.argv[1])))


async def _run(options: dict[str, str]) -> None:
    database = Database(options["database"])
    clock = SharedClock(Path(options["clock"]))
    try:
        if options["role"] == "planner":
            await run_planner(PlannerDeps(database, clock, RULES))
        else:
            await run_sender(_sender(database, clock, options))
    finally:
        database.close()


def _sender(database: Database, clock: SharedClock, options: dict[str, str]) -> SenderDeps:
    pace = Pace(float(options["rate"]))
    return SenderDeps(
        database=database,
        clock=clock,
        links=Links(options["secret"]),
        voice=Voice("Ufficio <office@example.org>", PublicUrls("https://ascolto.example.org"), "example.org"),
        channels=(
            TelegramChannel(options["token"], options["telegram"]),
            EmailChannel(parse_relay(options["smtp"])),
        ),
        paces={"telegram": pace, "email": pace},
        name=options["name"],
        lease=timedelta(seconds=float(options["lease"])),
    )


if __name__ == "__main__":
    main()
