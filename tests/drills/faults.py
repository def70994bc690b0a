"""What goes wrong while a mailing is under way; each fault says how many messages it may have left in doubt."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from notifications.ledger.states import MailingState
from tests.drills.fleet import Fleet
from tests.drills.scene import Scene, later
from tests.support.sandbox import RunningSandbox

WORK_SECONDS = 1.2  # within so long a mailing is under way
AWAY_SECONDS = 2.0
FULL_SECONDS = 1.5
PAUSED_SECONDS = 2.5
AT_ONCE = timedelta(seconds=1)  # a pause acts so quickly
MOST_IN_FLIGHT = 2 * 2 * 30  # of one sender: two workers a channel, half a second of the rate each
KILLED_AT_WORK = 0.8  # of the kills; the others come at any moment
SUMMER_ENDS = datetime(2023, 10, 28, 17, 55, tzinfo=UTC)  # 19:55 in Rome, the evening before 25 hours
SUMMER_BEGINS = datetime(2024, 3, 30, 18, 55, tzinfo=UTC)  # 19:55 in Rome, the evening before 23 hours


@dataclass(frozen=True)
class Ground:
    """What a fault may reach for."""

    scene: Scene
    fleet: Fleet
    sandbox: RunningSandbox
    dice: Random
    url: str
    mailing: int
    wrong: list[str]  # promises broken that a fault sees itself

    async def a_while(self) -> None:
        await asyncio.sleep(self.dice.uniform(0, WORK_SECONDS))


Fault = Callable[[Ground], Awaitable[int]]


async def kill_senders(ground: Ground) -> int:
    """SIGKILL to one to three senders, one after another."""
    doubts = 0
    for _ in range(ground.dice.randint(1, 3)):
        place = ground.dice.choice(ground.fleet.of("sender"))
        if ground.dice.random() < KILLED_AT_WORK:
            place = await _at_work(ground, place)
            await asyncio.sleep(ground.dice.uniform(0, 0.05))
        else:
            await ground.a_while()
        dead = ground.fleet.kill(place)
        doubts += min(MOST_IN_FLIGHT, await asyncio.to_thread(ground.scene.handed_over_by, dead, ground.mailing))
    return doubts


async def _at_work(ground: Ground, otherwise: int) -> int:
    """The place of a sender that has messages under way, if one has within a while: most kills are to hit."""
    for _ in range(50):
        for place in ground.fleet.of("sender"):
            if await asyncio.to_thread(ground.scene.handed_over_by, ground.fleet.members[place].name, ground.mailing):
                return place
        await asyncio.sleep(0.02)
    return otherwise


async def kill_planners(ground: Ground) -> int:
    """SIGKILL to both planners."""
    for place in ground.fleet.of("planner"):
        await asyncio.sleep(ground.dice.uniform(0, 0.4))
        ground.fleet.kill(place)
    return 0


async def stop_database(ground: Ground) -> int:
    """PostgreSQL throws everybody out and lets nobody in; SQLite's file is held by somebody else."""
    await ground.a_while()
    await asyncio.to_thread(_hold_sqlite if ground.url.startswith("sqlite") else _shut_postgres, ground)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(_open_postgres, ground)
    return 0


async def break_network(ground: Ground) -> int:
    """Connections drop before and after a message was taken, and are slow."""
    before, after = ground.dice.randint(1, 10), ground.dice.randint(1, 5)
    slow = ground.dice.choice([0.0, 0.05])
    await ground.sandbox.misbehaves(
        telegram={"drop": "after", "times": after, "slow": slow}, mail={"drop": "after", "times": after, "slow": slow}
    )
    await ground.a_while()
    await ground.sandbox.misbehaves(
        telegram={"drop": "before", "times": before}, mail={"drop": "before", "times": before}
    )
    await ground.a_while()
    # Where a connection drops before an answer nobody can know whether the message was taken.
    return 2 * (after + before)


async def refuse(ground: Ground) -> int:
    """429 and 5xx from Telegram, 4xx and greylisting from the relay."""
    times = ground.dice.randint(1, 30)
    telegram = ground.dice.choice([{"status": 429, "retry_after": 1}, {"status": 502}])
    mail = ground.dice.choice(
        [{"code": 451, "stage": "rcpt"}, {"code": 421, "stage": "mail"}, {"code": 452, "stage": "data"}]
    )
    if ground.dice.random() < 0.3:
        await ground.sandbox.misbehaves(telegram={**telegram, "times": times}, mail={"greylist": True})
    else:
        await ground.sandbox.misbehaves(telegram={**telegram, "times": times}, mail={**mail, "times": times})
    await ground.a_while()
    return 0


async def move_clock(ground: Ground) -> int:
    """Over the night in which summer time ends or begins, a day back, some hours on."""
    await ground.a_while()
    move = ground.dice.choice(["dst", "dst", "back", "on"])
    if move == "dst":
        later(ground.scene.clock, timedelta(hours=ground.dice.uniform(0.2, 14)))
    elif move == "back":
        later(ground.scene.clock, -timedelta(days=1))
    else:
        later(ground.scene.clock, timedelta(hours=ground.dice.uniform(1, 30)))
    await ground.a_while()
    return 0


async def fill_disk(ground: Ground) -> int:
    """No process may make a file longer: what SQLite meets when the disk is full."""
    await ground.a_while()
    limits = [(pid, resource.prlimit(pid, resource.RLIMIT_FSIZE)) for pid in ground.fleet.pids]
    for pid, (_, hard) in limits:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
    await asyncio.sleep(FULL_SECONDS)
    for pid, before in limits:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    return 0


async def pause(ground: Ground) -> int:
    """Staff pause the mailing, with a relay that takes its time, and let it go on."""
    await ground.sandbox.misbehaves(mail={"slow": 0.05, "times": 200})
    await ground.a_while()
    paused_at = await asyncio.to_thread(ground.scene.set_state, ground.mailing, MailingState.PAUSED)
    await asyncio.sleep(PAUSED_SECONDS)
    released_at = await asyncio.to_thread(ground.scene.set_state, ground.mailing, MailingState.RELEASED)
    for one in await asyncio.to_thread(ground.scene.deliveries, ground.mailing):
        if one.handed_over_at is not None and paused_at + AT_ONCE < one.handed_over_at < released_at:
            ground.wrong.append(f"left {one.handed_over_at - paused_at} after the pause")
    return 0


FAULTS: dict[str, Fault] = {
    "senders killed": kill_senders,
    "planners killed": kill_planners,
    "database away": stop_database,
    "network broken": break_network,
    "refusals": refuse,
    "paused": pause,
    "clock moved": move_clock,
    "disk full": fill_disk,
}
STARTS = {"clock moved": (SUMMER_ENDS, SUMMER_BEGINS)}  # from where the clock is moved


def possible(url: str) -> list[str]:
    """The faults that can be played on a database; a full disk under PostgreSQL's files is not ours to make."""
    return [name for name in FAULTS if name != "disk full" or url.startswith("sqlite")]


def _hold_sqlite(ground: Ground) -> None:
    path = Path(ground.url.removeprefix("sqlite:///"))
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.isolation_level = None
        raw.execute("BEGIN EXCLUSIVE")
        time.sleep(AWAY_SECONDS)
        raw.execute("ROLLBACK")
    engine.dispose()


def _shut_postgres(ground: Ground) -> None:
    name = make_url(ground.url).database
    _as_admin(ground, f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
    _as_admin(ground, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")


def _open_postgres(ground: Ground) -> None:
    if not ground.url.startswith("sqlite"):
        _as_admin(ground, f'ALTER DATABASE "{make_url(ground.url).database}" WITH ALLOW_CONNECTIONS true')


def _as_admin(ground: Ground, statement: str) -> None:
    url = make_url(ground.url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
