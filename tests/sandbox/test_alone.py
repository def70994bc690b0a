"""The sandbox as a process of its own, with a clock it shares."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from datetime import timedelta
from pathlib import Path

import httpx

from core.clock import FixedClock, SharedClock
from tests.support.sandbox import RunningSandbox


async def test_it_runs_alone_says_where_and_moves_the_shared_clock(tmp_path: Path) -> None:
    shared = tmp_path / "clock.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--clock-file",
        str(shared),
        "--token",
        "staff=9:x",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = json.loads(await process.stdout.readline())
    async with httpx.AsyncClient(base_url=told["http"]) as http:
        assert (await http.get("/telegram/bot9:x/getMe")).json()["result"]["username"] == "staff_bot"
        before = SharedClock(shared).now()
        answer = await http.post("/clock", json={"advance_seconds": 7 * 24 * 3600})
        assert answer.json()["movable"] is True
        assert SharedClock(shared).now() - before >= timedelta(days=7)
    _, writer = await asyncio.open_connection("127.0.0.1", int(told["smtp"].rpartition(":")[2]))
    writer.close()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_the_clock_can_be_set_but_not_to_nonsense(sandbox: RunningSandbox, clock: FixedClock) -> None:
    await sandbox.http.post("/clock", json={"to": "2023-09-01T10:00:00+02:00"})
    assert clock.now().isoformat() == "2023-09-01T08:00:00+00:00"
    nonsense: tuple[object, ...] = ({"to": "2023-09-01T10:00:00"}, {"to": "soon"}, {"advance_seconds": "inf"}, {}, [])
    for wish in nonsense:
        assert (await sandbox.http.post("/clock", json=wish)).status_code == 400
    assert (await sandbox.http.get("/clock")).json()["now"] == "2023-09-01T08:00:00+00:00"
