"""The drill: a mailing to both channels, senders killed with SIGKILL at seeded random moments.

Whatever happens, everybody gets exactly one message, except those shown as in doubt; these
are at most the ones that were in flight at a kill.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database.database import Database
from notifications.ledger.tables import Delivery
from notifications.planning.planner import plan_all_due
from notifications.planning.schedule import schedule_occurrences
from notifications.sending.loop import Pace
from sandbox.server.rates import Limits
from tests.notifications.office import DUE, RULES, OfficeRows, Person, make_mailing, make_office
from tests.support.sandbox import TOKENS, RunningSandbox, running_sandbox

RATE = 1000
LEASE_SECONDS = 5.0  # longer than a busy machine keeps a living sender from showing that it lives
SETTLES_WITHIN = 90.0
FIRST_CHAT = 1_000_000
KILLED_AT_START = 0.2  # of the kills; the others come while a sender works
START_SECONDS = 1.0
WORK_SECONDS = 1.5
PACE = Pace(RATE)
LIMITS = Limits(overall=RATE)
MOST_IN_FLIGHT = 2 * PACE.workers * PACE.group  # of one process: both channels, each worker's group


@dataclass(frozen=True)
class Drill:
    """One run: how many people, senders and kills, from which seed."""

    seed: int
    people: int = 2000
    senders: int = 1
    kills: int = 1


@dataclass
class Finding:
    """What everybody got. The promise is kept when `faults` is empty."""

    drill: Drill
    sent: int = 0
    in_flight: int = 0
    in_doubt: int = 0
    in_doubt_delivered: int = 0
    unsettled: int = 0
    faults: list[str] = field(default_factory=list)


async def run_drill(drill: Drill, database_url: str) -> Finding:
    """Plays one drill on an empty, migrated database."""
    database = Database(database_url)
    try:
        async with running_sandbox(limits=LIMITS) as sandbox:
            rows = await asyncio.to_thread(database.write, lambda session: _plan(session, drill.people))
            for number in range(0, drill.people, 2):
                sandbox.world.bots["participants"].private_chat(FIRST_CHAT + number).started = True
            finding = Finding(drill)
            finding.in_flight = await _kill_and_restart(drill, database, database_url, sandbox)
            await asyncio.to_thread(_judge, finding, database, rows, sandbox)
            return finding
    finally:
        database.close()


def _plan(session: Session, people: int) -> OfficeRows:
    """Every second person is reached in chat, the others by mail."""
    persons = [
        Person(f"p{n}", telegram=str(FIRST_CHAT + n)) if n % 2 == 0 else Person(f"p{n}", email=f"p{n}@example.org")
        for n in range(people)
    ]
    rows = make_office(session, persons)
    make_mailing(session, rows)
    schedule_occurrences(session, None, DUE)
    (planned,) = plan_all_due(session, DUE, RULES)
    assert planned.added == people
    return rows


async def _kill_and_restart(drill: Drill, database: Database, url: str, sandbox: RunningSandbox) -> int:
    """Kills and starts anew until all is settled; how many messages were in flight at the kills."""
    dice, in_flight = random.Random(drill.seed), 0
    async with _Senders(drill.senders, _options(url, sandbox)).running() as senders:
        for _ in range(drill.kills):
            which = dice.randrange(drill.senders)
            if dice.random() < KILLED_AT_START:  # while it imports, before its first claim
                await asyncio.sleep(dice.uniform(0, START_SECONDS))
            else:  # between any two commits of its work
                await _has_begun(database, senders.processes[which].name)
                await asyncio.sleep(dice.uniform(0, WORK_SECONDS))
            dead = await senders.kill(which)
            in_flight += await asyncio.to_thread(_handed_over_by, database, dead)
        await _settle(database)
    return in_flight


async def _has_begun(database: Database, name: str) -> None:
    """Waits until a sender has taken something, or nothing is left to take."""

    def look(session: Session) -> bool:
        taken = select(Delivery.id).where(Delivery.claimed_by == name).limit(1)
        left = select(Delivery.id).where(Delivery.state == "planned").limit(1)
        return session.scalar(taken) is not None or session.scalar(left) is None

    while not await asyncio.to_thread(database.read, look):
        await asyncio.sleep(0.02)


def _handed_over_by(database: Database, name: str) -> int:
    """What the ledger says was in flight when a sender died: called in doubt already, or not yet."""
    mine = Delivery.claimed_by == name, Delivery.state.in_(["handed-over", "in-doubt"])
    return database.read(lambda session: session.scalar(select(func.count(Delivery.id)).where(*mine)) or 0)


async def _settle(database: Database) -> None:
    deadline = asyncio.get_running_loop().time() + SETTLES_WITHIN
    while await asyncio.to_thread(_busy, database):
        if asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(0.1)


def _busy(database: Database) -> int:
    states = ("planned", "claimed", "handed-over")
    statement = select(func.count()).select_from(Delivery).where(Delivery.state.in_(states))
    return database.read(lambda session: session.scalar(statement) or 0)


def _options(url: str, sandbox: RunningSandbox) -> dict[str, str]:
    return {
        "database": url,
        "telegram": sandbox.addresses.telegram,
        "token": TOKENS["participants"],
        "smtp": sandbox.addresses.smtp,
        "secret": "a secret of at least thirty-two characters",
        "now": (DUE + timedelta(minutes=1)).isoformat(),
        "rate": str(RATE),
        "lease": str(LEASE_SECONDS),
    }


@dataclass(frozen=True)
class _Process:
    name: str
    process: asyncio.subprocess.Process

    async def kill(self) -> None:
        if self.process.returncode is not None:
            raise AssertionError(f"{self.name} ended by itself with {self.process.returncode}")
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@dataclass
class _Senders:
    """Sender processes; a killed one is followed by another."""

    count: int
    options: dict[str, str]
    processes: list[_Process] = field(default_factory=list)
    started: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[_Senders]:
        self.processes = [await self._start() for _ in range(self.count)]
        try:
            yield self
        finally:
            for process in self.processes:
                await process.kill()

    async def kill(self, which: int) -> str:
        """Kills one and starts another in its place; the dead one's name."""
        dead = self.processes[which]
        await dead.kill()
        self.processes[which] = await self._start()
        return dead.name

    async def _start(self) -> _Process:
        self.started += 1
        name = f"sender-{self.started}"
        command = (sys.executable, "-m", "tests.drills.sender_process", json.dumps(self.options | {"name": name}))
        return _Process(name, await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL))


def _judge(finding: Finding, database: Database, rows: OfficeRows, sandbox: RunningSandbox) -> None:
    got: Counter[str] = Counter(f"p{line.chat_id - FIRST_CHAT}" for line in sandbox.world.bots["participants"].sent)
    got.update(mail.recipients[0].split("@")[0] for mail in sandbox.world.mail.kept)
    names = {number: name for name, number in rows.people.items()}
    deliveries = database.read(lambda session: session.execute(select(Delivery.participant_id, Delivery.state)).all())
    states = {names[participant]: state for participant, state in deliveries}
    for name in rows.people:
        _judge_one(finding, name, states.get(name, "no row"), got[name])
    if finding.in_doubt > finding.in_flight:
        finding.faults.append(f"{finding.in_doubt} in doubt, {finding.in_flight} were in flight")
    if finding.in_flight > finding.drill.kills * MOST_IN_FLIGHT:
        finding.faults.append(f"{finding.in_flight} in flight at {finding.drill.kills} kills")


def _judge_one(finding: Finding, name: str, state: str, count: int) -> None:
    match state:
        case "sent":
            finding.sent += 1
        case "in-doubt":
            finding.in_doubt += 1
            finding.in_doubt_delivered += count
        case _:
            finding.unsettled += 1
    fine = {"sent": count == 1, "in-doubt": count <= 1}.get(state, False)
    if not fine:
        finding.faults.append(f"{name}: {state}, got {count}")
