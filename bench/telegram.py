"""A mailing in chat as fast as Telegram allows: with people in dialogues beside it, and as a paid broadcast.

The pretended Telegram keeps its limits and counts; the product runs in processes of its own, as `ascolto serve`.
The physical limit is Telegram's own rate.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.chatting import AT, FIRST_READER, chat_away, plan_for, seat
from core.clock import SharedClock
from core.database.database import Database
from sandbox.server.errors import Refusal
from sandbox.server.rates import Limits, Rates
from tests.responses.scene import Scene
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.sandbox import TOKENS, RunningSandbox, running_sandbox

PEOPLE = int(os.environ.get("BENCH_CHATS", "5000"))
PAID_PEOPLE = int(os.environ.get("BENCH_PAID_CHATS", "20000"))
CHATTING = 50
FREE, PAID = 30.0, 1000.0
LOOK_SECONDS = 0.2
STARTED_WITHIN = 60.0


@dataclass
class CountingRates(Rates):
    """Remembers when each message was taken and how many were refused for want of room."""

    taken: list[tuple[float, int]] = field(default_factory=list)
    refused: int = 0

    def spend(self, chat_id: int, count: int = 1, *, paid: bool = False) -> None:
        try:
            super().spend(chat_id, count, paid=paid)
        except Refusal:
            self.refused += 1
            raise
        self.taken += [(time.perf_counter(), chat_id)] * count


@dataclass(frozen=True)
class Found:
    """What left while the mailing did: all messages and replies a second, how long people waited for theirs."""

    name: str
    limit: float
    least: float  # of the limit, that is to be reached
    seconds: float
    messages: int
    replies: int
    refused: int
    waits: tuple[float, ...] = ()

    def lines(self) -> list[str]:
        rate = self.messages / self.seconds
        share, least = rate / self.limit, f"at least {self.least:.0%}"
        told = [
            self.name,
            f"  {self.messages:,} messages in {self.seconds:.1f} s, {self.replies:,} of them in dialogues",
            f"  {rate:.1f} a second: {share:.1%} of {self.limit:g} ({least}){_over(share < self.least)}",
            f"  refused by 429: {self.refused}{_over(self.refused > 0)}",
        ]
        if self.waits:
            waits = sorted(1000 * wait for wait in self.waits)
            late = waits[int(len(waits) * 0.99)]
            told.append(f"  replies: median {statistics.median(waits):.0f} ms, 99 of 100 within {late:.0f} ms")
            told.append(f"  the longest wait: {waits[-1]:.0f} ms (at most 1000){_over(waits[-1] > 1000)}")
        return told


def _over(beyond: bool) -> str:
    return "  OVER" if beyond else ""


@dataclass(frozen=True)
class Several:
    found: tuple[Found, ...]

    def lines(self) -> list[str]:
        return [line for one in self.found for line in one.lines()]


async def run() -> Several:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - before anything runs
        found = [await _beside_dialogues(SqliteDatabases(folder), folder)]
        postgres = PostgresDatabases(folder)
        try:
            found.append(await _paid(postgres, folder))
        finally:
            postgres.close()
    return Several(tuple(found))


async def _beside_dialogues(databases: SqliteDatabases, folder: Path) -> Found:
    """One process with all that is needed, SQLite, as on one machine."""
    async with _stage(databases, folder, PEOPLE, Limits()) as stage:
        chatters = [seat(stage.scene, number) for number in range(CHATTING)]
        async with stage.serving({"ASCOLTO_TELEGRAM_RATE": f"{FREE:g}"}, "bots,sender"):
            await stage.begins()
            over = asyncio.Event()
            talks = [asyncio.ensure_future(chat_away(stage.sandbox, one, over)) for one in chatters]
            await stage.ends()
            over.set()
            waits = [wait for waits in await asyncio.gather(*talks) for wait in waits]
    return stage.found(f"{PEOPLE:,} messages while {CHATTING} people chat, SQLite", FREE, 0.97, waits)


async def _paid(databases: PostgresDatabases, folder: Path) -> Found:
    """Two senders of their own, PostgreSQL, as on several machines."""
    async with _stage(databases, folder, PAID_PEOPLE, Limits(chat_burst=1000)) as stage:
        paid = {"ASCOLTO_TELEGRAM_RATE": f"{PAID:g}", "ASCOLTO_TELEGRAM_PAID_BROADCAST": "true"}
        async with stage.serving(paid, "sender"), stage.serving(paid, "sender"):
            await stage.begins()
            await stage.ends()
    return stage.found(f"{PAID_PEOPLE:,} messages as a paid broadcast, two senders, PostgreSQL", PAID, 0.80, [])


@dataclass
class Stage:
    """A planned mailing, the pretended Telegram and the processes that send."""

    sandbox: RunningSandbox
    rates: CountingRates
    scene: Scene
    environment: dict[str, str]
    people: int

    @asynccontextmanager
    async def serving(self, settings: dict[str, str], roles: str) -> AsyncIterator[None]:
        command = (sys.executable, "-m", "cli.main", "serve", "--roles", roles)
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **self.environment, **settings}, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.terminate()
            await process.wait()

    async def begins(self) -> None:
        """Waits for the first message of the mailing; what went before does not count."""
        deadline = time.perf_counter() + STARTED_WITHIN
        while not self.mailed():
            if time.perf_counter() > deadline:
                raise AssertionError("nothing has left")
            await asyncio.sleep(LOOK_SECONDS)

    async def ends(self) -> None:
        """Waits for the last one, as long as something leaves."""
        seen, since = 0, time.perf_counter()
        while (count := len(self.mailed())) < self.people:
            if count > seen:
                seen, since = count, time.perf_counter()
            if time.perf_counter() - since > STARTED_WITHIN:
                raise AssertionError(f"nothing leaves any more after {count}")
            await asyncio.sleep(LOOK_SECONDS)

    def mailed(self) -> list[float]:
        return [at for at, chat in self.rates.taken if chat >= FIRST_READER]

    def found(self, name: str, limit: float, least: float, waits: list[float]) -> Found:
        """From the first message of the mailing to its last."""
        mailed = self.mailed()
        assert len(mailed) == self.people, "somebody got it twice"
        first, last = mailed[0], mailed[-1]
        within = [chat for at, chat in self.rates.taken if first <= at <= last]
        replies = sum(chat < FIRST_READER for chat in within)
        return Found(name, limit, least, last - first, len(within), replies, self.rates.refused, tuple(waits))


@asynccontextmanager
async def _stage(
    databases: SqliteDatabases | PostgresDatabases, folder: Path, people: int, limits: Limits
) -> AsyncIterator[Stage]:
    clock = SharedClock(folder / f"clock-{people}")
    clock.move_to(AT)
    with databases.fresh() as url:
        database = Database(url)
        try:
            async with running_sandbox(clock, limits) as sandbox:
                rates = CountingRates(limits)
                bot = sandbox.world.bots["participants"]
                bot.rates = rates
                for number in range(1, people + 1):
                    bot.private_chat(FIRST_READER + number).started = True
                scene = await asyncio.to_thread(plan_for, database, people)
                environment = {
                    "ASCOLTO_DATABASE_URL": url,
                    "ASCOLTO_CLOCK_FILE": str(folder / f"clock-{people}"),
                    "ASCOLTO_SECRET_KEY": "a secret of at least thirty-two characters",
                    "ASCOLTO_PARTICIPANT_BOT_TOKEN": TOKENS["participants"],
                    "ASCOLTO_TELEGRAM_API_URL": sandbox.addresses.telegram,
                    "ASCOLTO_SMTP_URL": sandbox.addresses.smtp,
                    "ASCOLTO_MAIL_FROM": "Ufficio <office@example.org>",
                }
                yield Stage(sandbox, rates, scene, environment, people)
        finally:
            database.close()
