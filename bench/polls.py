"""Everybody presses at once: half on the page, half in the chat, beside a bare route that only commits in groups.

One process on SQLite, two on PostgreSQL; the product as `ascolto serve` runs it, reached by HTTP and, for the chat, by
updates as Telegram posts them. The bare service is the same kind and number of processes (bench/bare_votes.py) and is
sent the very same requests. Afterwards a part of the requests comes once more, and the poll is closed and counted.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from sqlalchemy import func, select

from bench.ballots import Hall, fill_hall, post, update
from bench.nodding import nodding
from bench.press import Crowd, Line
from bots.updates.webhook import webhook_secret
from cli.ports import listen
from core.clock import SystemClock
from core.database.database import Database
from core.ids import RandomIds
from core.links import Links
from surveys.polls.making import close_poll
from surveys.polls.reading import read_ballots
from surveys.polls.tables import NamedBallot, PollVoter, SecretBallot
from tests.support.databases import PostgresDatabases, SqliteDatabases

VOTERS = int(os.environ.get("BENCH_VOTERS", "10000"))
PAIRS = int(os.environ.get("BENCH_PAIRS", "3"))
WARM = 600  # voters before, so that nothing is met for the first time
AGAIN = 500  # requests that come once more when all is over
ON_PAGE, IN_CHAT = 200, 100  # connections a process, the latter as many as Telegram makes
LEAST_RATE, MOST_TIME = 0.5, 3.0
STARTED_WITHIN = 180.0
TOKEN = "1001:bench"
SECRET = "a secret of at least thirty-two characters"


@dataclass(frozen=True)
class Pressed:
    """Seconds from the first press to the last answer, the services' processor time, and what went wrong."""

    seconds: float
    processor: float
    lost: int = 0
    doubled: int = 0


@dataclass(frozen=True)
class Found:
    name: str
    ours: Sequence[Pressed]
    bare: Sequence[Pressed]

    def lines(self) -> list[str]:
        ratios = [bare.seconds / ours.seconds for ours, bare in zip(self.ours, self.bare, strict=True)]
        ratio = statistics.median(ratios)
        lost, doubled = sum(one.lost for one in self.ours), sum(one.doubled for one in self.ours)
        spread = f"from {min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} interleaved pairs"
        return [
            self.name,
            f"  ours  {_rate(self.ours):>7,.0f} votes a second, the last acknowledged after {_last(self.ours):.2f} s",
            f"  bare  {_rate(self.bare):>7,.0f} commits a second, the last acknowledged after {_last(self.bare):.2f} s",
            f"  ours / bare, rate: median {ratio:.2f} (at least {LEAST_RATE}), {spread}{_over(ratio < LEAST_RATE)}",
            f"  the last acknowledged: {1 / ratio:.2f} times the bare one's{_over(1 / ratio > MOST_TIME)}",
            f"  processor time: ours {_each(self.ours):.0f} microseconds a vote, bare {_each(self.bare):.0f}",
            f"  lost: {lost}, doubled: {doubled}{_over(lost + doubled > 0)}",
        ]


@dataclass(frozen=True)
class Several:
    found: tuple[Found, ...]

    def lines(self) -> list[str]:
        return [line for one in self.found for line in one.lines()]


def _rate(runs: Sequence[Pressed]) -> float:
    return VOTERS / _last(runs)


def _last(runs: Sequence[Pressed]) -> float:
    return statistics.median(one.seconds for one in runs)


def _each(runs: Sequence[Pressed]) -> float:
    return statistics.median(one.processor for one in runs) / VOTERS * 1e6


def _over(beyond: bool) -> str:
    return "  OVER" if beyond else ""


async def run() -> Several:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        found = [await _on("SQLite, one process", SqliteDatabases(folder), folder, 1)]
        postgres = PostgresDatabases(folder)
        try:
            found.append(await _on("PostgreSQL, two processes", postgres, folder, 2))
        finally:
            postgres.close()
    return Several(tuple(found))


async def _on(kind: str, databases: SqliteDatabases | PostgresDatabases, folder: Path, processes: int) -> Found:
    ours, bare = list[Pressed](), list[Pressed]()
    for _ in range(PAIRS):
        for runs, service in ((bare, False), (ours, True)):
            with databases.fresh() as url:
                _really_commit(url)
                runs.append(await _press(url, folder, processes, is_ours=service))
    return Found(f"{VOTERS:,} voters press at once, half on the page and half in the chat: {kind}", ours, bare)


def _really_commit(url: str) -> None:
    """Tests do without; here a commit is on the disk."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as database:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                database.execute(f"ALTER SYSTEM SET {name} = on")
            database.execute("SELECT pg_reload_conf()")


async def _press(url: str, folder: Path, processes: int, *, is_ours: bool) -> Pressed:
    people, links = VOTERS + WARM, Links(SECRET)
    database = Database(url)
    try:
        hall = await asyncio.to_thread(fill_hall, database, people, SystemClock().now(), secret=True)
        secret = webhook_secret(SECRET, TOKEN)
        requests = {one: post(hall, links, one) if one % 2 else update(hall, secret, one) for one in hall.people}
        async with _serving(url, processes, is_ours=is_ours) as (ports, spent):
            warm, voters = hall.people[:WARM], hall.people[WARM:]
            await _all(folder, ports, [requests[one] for one in warm])
            before = spent()
            told = await _all(folder, ports, [requests[one] for one in voters])
            processor = spent() - before
            if not is_ours:
                return Pressed(told["seconds"], processor)
            await _all(folder, ports, [requests[one] for one in voters[:AGAIN]])
        lost, doubled = await asyncio.to_thread(_count, database, hall)
        not_thanked = VOTERS - told["status"].get("303", 0) - told["status"].get("200", 0)
        return Pressed(told["seconds"], processor, lost + not_thanked, doubled)
    finally:
        database.close()


def _count(database: Database, hall: Hall) -> tuple[int, int]:
    """Votes that are missing and votes too many, by the register, by the rows and by the count after the close."""
    people, poll = len(hall.people), hall.poll
    ballots: Any = SecretBallot if poll.is_secret else NamedBallot
    statements = [select(func.count()).where(table.poll_id == poll.id) for table in (PollVoter, ballots)]
    rows = database.read(lambda session: [session.scalar(one) or 0 for one in statements])
    closed = database.write(lambda session: close_poll(session, RandomIds(), poll.id, SystemClock().now()))
    rows.append(sum(pile.count for pile in database.read(lambda session: read_ballots(session, closed)).together))
    return max(people - min(rows), 0), max(max(rows) - people, 0)


async def _all(folder: Path, ports: Sequence[int], requests: Sequence[bytes]) -> dict[str, Any]:
    """All requests at once, over all ports; those of the page and of the chat over connections of their own."""
    lines = []
    for at, port in enumerate(ports):
        mine = requests[at * len(requests) // len(ports) : (at + 1) * len(requests) // len(ports)]
        on_page = [one for one in mine if one.startswith(b"POST /p/")]
        lines += [Line(port, ON_PAGE, on_page), Line(port, IN_CHAT, [one for one in mine if one[:8] != b"POST /p/"])]
    file = folder / "crowd"
    file.write_bytes(pickle.dumps(Crowd(lines)))
    command = (sys.executable, "-m", "bench.press", str(file))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return dict(json.loads(out))


@asynccontextmanager
async def _serving(url: str, processes: int, *, is_ours: bool) -> AsyncIterator[tuple[list[int], Callable[[], float]]]:
    """The ports of that many processes, and what tells the processor time that they have spent.

    The pretended Telegram is there for what the chat shows afterwards.
    """
    async with nodding() as telegram, AsyncExitStack() as stack:
        ports, numbers = [_free_port() for _ in range(processes)], list[int]()
        environment = {
            **os.environ,
            "ASCOLTO_DATABASE_URL": url,
            "ASCOLTO_SECRET_KEY": SECRET,
            "ASCOLTO_PUBLIC_URL": "https://bench.example.org",
            "ASCOLTO_PARTICIPANT_BOT_TOKEN": TOKEN,
            "ASCOLTO_TELEGRAM_API_URL": telegram,
        }
        for port in ports:
            ours = (sys.executable, "-m", "cli.main", "serve", "--roles", "web,bots")
            bare = (sys.executable, "-m", "bench.bare_votes", url, str(port))
            process = await asyncio.create_subprocess_exec(
                *(ours if is_ours else bare), env={**environment, "ASCOLTO_PORT": str(port)},
                stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            stack.push_async_callback(_end, process)
            numbers.append(process.pid)
        for port in ports:
            await _until_it_listens(port)
        yield ports, lambda: sum(map(_processor_time, numbers))


def _processor_time(number: int) -> float:
    """Of a process, in seconds (proc_pid_stat(5))."""
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


def _free_port() -> int:
    with listen("127.0.0.1", 0) as socket:
        return int(socket.getsockname()[1])


async def _until_it_listens(port: int) -> None:
    async with asyncio.timeout(STARTED_WITHIN), httpx.AsyncClient() as http:
        while True:
            try:
                await http.get(f"http://127.0.0.1:{port}/health/live")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
