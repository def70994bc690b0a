"""One sender as a process of its own, to be killed: python -m tests.drills.sender_process OPTIONS-AS-JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timedelta

from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.channels.telegram import TelegramChannel
from notifications.sending.context import Voice
from notifications.sending.loop import Pace, SenderDeps, run_sender


def main() -> None:
    asyncio.run(_run(json.loads(sys.argv[1])))


async def _run(options: dict[str, str]) -> None:
    database = Database(options["database"])
    pace = Pace(float(options["rate"]))
    deps = SenderDeps(
        database=database,
        clock=FixedClock(datetime.fromisoformat(options["now"])),
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
    try:
        await run_sender(deps)
    finally:
        database.close()


if __name__ == "__main__":
    main()
