"""One sender until nothing is left: `python -m bench.mail_sender URL PORT CONNECTIONS`.

Says when it is ready, waits for a line, and tells in JSON how long it took and what memory it used.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from cli.loop import run, settle_memory
from cli.roles.sender import warm_up
from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.ledger.tables import IS_IN_HANDS, IS_PLANNED, Delivery
from notifications.sending.context import Voice
from notifications.sending.loop import SenderDeps, pace_over, run_sender
from tests.notifications.office import DUE

NO_LIMIT = 1_000_000.0
LOOK_SECONDS = 0.1


def memory(name: str) -> float:
    """Megabytes of this process: VmRSS is now, VmHWM the most."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


async def _run(url: str, port: int, connections: int) -> None:
    database = Database(url)
    deps = SenderDeps(
        database=database,
        clock=FixedClock(DUE + timedelta(minutes=1)),
        links=Links("a secret of at least thirty-two characters"),
        voice=Voice("Ufficio <office@example.org>", PublicUrls("https://ascolto.example.org"), "example.org"),
        channels=(EmailChannel(parse_relay(f"smtp://127.0.0.1:{port}?connections={connections}")),),
        paces={"email": pace_over(NO_LIMIT, connections)},
        name=f"bench {os.getpid()}",
    )
    warm_up(deps.clock)
    settle_memory()
    idle = memory("VmRSS")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    start = time.perf_counter()
    task = asyncio.ensure_future(run_sender(deps))
    while await database.aread(_is_busy):
        await asyncio.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - start
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    database.close()
    sys.stdout.write(json.dumps({"seconds": seconds, "idle": idle, "most": memory("VmHWM")}) + "\n")


def _is_busy(session: Session) -> bool:
    """Asked of the indexes of what waits and what is under way, so that looking costs nothing."""
    return any(
        session.scalar(select(Delivery.id).where(is_busy).limit(1)) is not None
        for is_busy in (and_(Delivery.mailing_id == 1, IS_PLANNED), IS_IN_HANDS)
    )


if __name__ == "__main__":
    run(_run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
