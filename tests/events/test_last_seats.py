"""Five hundred people press at once for the last ten seats, over two processes of pages."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from pathlib import Path

import httpx
import pytest

from core.clock import FixedClock, SharedClock
from core.database.database import Database
from core.links import Links, Purpose, in_days
from core.process.seating import how_stands
from core.process.standing import line_of
from tests.demo.running import free_port
from tests.doors.processes import service
from tests.events.scene import add_event, rows
from tests.responses.scene import build

pytestmark = pytest.mark.timeout(300)
PEOPLE, SEATS = 500, 10
PATIENCE = 120.0  # seconds


async def up(client: httpx.AsyncClient, url: str) -> None:
    for _ in range(int(PATIENCE * 10)):
        with contextlib.suppress(httpx.TransportError):
            await client.get(f"{url}/health/live")
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the pages do not come up")


async def press_together(urls: list[str], paths: list[str]) -> Counter[int]:
    """Everybody presses "I come", by turns at one process and the other; how often which status came back."""
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as client:
        for url in urls:
            await up(client, url)
        answers = await asyncio.gather(
            *(client.post(f"{urls[at % len(urls)]}{path}", data={"do": "in-person"}) for at, path in enumerate(paths))
        )
    return Counter(one.status_code for one in answers)


async def test_the_last_ten_seats(
    database: Database, database_url: str, links: Links, clock: FixedClock, tmp_path: Path
) -> None:
    scene = build(database, clock.now())
    event = add_event(scene, seats={"in-person": SEATS})
    people = [scene.participant() for _ in range(PEOPLE)]
    until = in_days(clock.now(), 30)
    paths = [f"/events/{links.sign(Purpose.RSVP, one, event, expires=until)}" for one in people]
    clock_file = tmp_path / "clock"
    SharedClock(clock_file).move_to(clock.now())
    settings = {
        "ASCOLTO_DATABASE_URL": database_url,
        "ASCOLTO_SECRET_KEY": "a secret of at least thirty-two characters",  # of the fixture `links`
        "ASCOLTO_CLOCK_FILE": str(clock_file),
    }
    ports = [str(free_port()) for _ in range(2)]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    with (
        service("web", settings | {"ASCOLTO_PORT": ports[0]}),
        service("web", settings | {"ASCOLTO_PORT": ports[1]}),
    ):
        assert await press_together(urls, paths) == {303: PEOPLE}
    kept = rows(database)
    assert len({one.participant_id for one in kept}) == len(kept) == PEOPLE
    assert Counter((one.reply, one.waits_for) for one in kept) == {
        ("in-person", ""): SEATS, ("waiting", "in-person"): PEOPLE - SEATS,
    }  # fmt: skip
    # Rows are numbered in the order in which the seats were asked for: the first ten have one.
    assert [one.reply for one in kept[:SEATS]] == ["in-person"] * SEATS
    waiting = sorted(kept[SEATS:], key=lambda one: (one.waiting_since, one.id))
    line = database.read(lambda session: line_of(session, event, "in-person"))
    assert [one.attendance_id for one in line] == [one.id for one in waiting]
    places = [
        database.read(lambda session, one=one: how_stands(session, event, one.participant_id).place)  # type: ignore[misc]
        for one in (waiting[0], waiting[244], waiting[-1])
    ]
    assert places == [1, 245, PEOPLE - SEATS]
