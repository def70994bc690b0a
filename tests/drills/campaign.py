"""Run after run on one installation of two planners and three senders: a mailing, something that goes wrong, a count.

Whatever happens: everybody gets each mailing exactly once, except those shown as in doubt, who get it at
most once; these are at most the messages that were in flight; nothing goes to who has answered, and
nothing leaves outside the send window.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from core.clock import SharedClock
from core.database.database import Database
from notifications.ledger.tables import Delivery
from notifications.planning.windows import is_open, parse_window
from sandbox.server.rates import Limits
from tests.drills.faults import FAULTS, STARTS, Ground, possible
from tests.drills.fleet import Fleet
from tests.drills.scene import BUSY, FIRST_CHAT, MORNING, WINDOW, Scene, build, later
from tests.support.sandbox import TOKENS, RunningSandbox, running_sandbox

PEOPLE = 200
RATE = 60  # a second on each channel: a mailing is under way for more than a second
LEASE_SECONDS = 5.0  # longer than a busy machine keeps a living sender from showing that it lives
SETTLES_WITHIN = 120.0
ANSWERED_BEFORE, ANSWERED_MEANWHILE = 0.1, 0.1
AT_ONCE = timedelta(seconds=1)  # an answer and a message that pass each other
ZONE = "Europe/Rome"


@dataclass
class Finding:
    """What became of one run. The promises are kept when `wrong` is empty."""

    seed: int
    fault: str
    sent: int = 0
    skipped: int = 0
    in_flight: int = 0
    in_doubt: int = 0
    in_doubt_delivered: int = 0
    wrong: list[str] = field(default_factory=list)


async def run_campaign(url: str, folder: Path, seeds: list[int]) -> AsyncIterator[Finding]:
    """Plays runs on an empty, migrated database, one fault after another in turn."""
    clock = SharedClock(folder / "clock")
    clock.move_to(MORNING)
    database = Database(url)
    try:
        async with running_sandbox(clock, Limits(overall=RATE * 10)) as sandbox:
            scene = await asyncio.to_thread(build, database, clock, PEOPLE)
            for number in range(0, PEOPLE, 2):
                sandbox.world.bots["participants"].private_chat(FIRST_CHAT + number).started = True
            with Fleet(_options(url, folder, sandbox)).running() as fleet:
                faults = possible(url)
                for seed in seeds:
                    fault, dice = faults[seed % len(faults)], Random(seed)
                    clock.move_to(dice.choice(STARTS[fault]) if fault in STARTS else MORNING)
                    mailing = await asyncio.to_thread(scene.begin, f"run-{seed}")
                    finding = Finding(seed, fault)
                    yield await _play(Ground(scene, fleet, sandbox, dice, url, mailing, finding.wrong), finding)
    finally:
        database.close()


async def _play(ground: Ground, finding: Finding) -> Finding:
    scene, fault = ground.scene, finding.fault
    everybody = list(scene.names)
    early = ground.dice.sample(everybody, round(PEOPLE * ANSWERED_BEFORE))
    await asyncio.to_thread(scene.answer, early)
    meanwhile = ground.dice.sample([one for one in everybody if one not in early], round(PEOPLE * ANSWERED_MEANWHILE))
    answering = asyncio.ensure_future(_answer_later(ground, meanwhile))
    if fault != "planners killed":
        await _until_planned(scene, ground.mailing)
    finding.in_flight = await FAULTS[fault](ground)
    await answering
    await ground.sandbox.behaves()
    await _settle(scene, ground.mailing)
    await asyncio.to_thread(_judge, finding, ground)
    return finding


async def _answer_later(ground: Ground, people: list[int]) -> None:
    """Tries until the database takes it, as the pages do."""
    await asyncio.sleep(0.5)
    while True:
        try:
            await asyncio.to_thread(ground.scene.answer, people)
        except Exception:  # the database is away
            await asyncio.sleep(0.3)
        else:
            return


async def _until_planned(scene: Scene, mailing: int) -> None:
    deadline = asyncio.get_running_loop().time() + SETTLES_WITHIN
    while not await asyncio.to_thread(scene.is_planned, mailing):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("nothing was planned")
        await asyncio.sleep(0.05)


async def _settle(scene: Scene, mailing: int) -> None:
    """Waits until nothing is under way; when all that is left waits for later, it becomes later."""
    deadline = asyncio.get_running_loop().time() + SETTLES_WITHIN
    while asyncio.get_running_loop().time() < deadline:
        if await asyncio.to_thread(scene.is_planned, mailing):
            if not await asyncio.to_thread(scene.count, mailing, BUSY):
                return
            due = await asyncio.to_thread(scene.next_due, mailing)
            under_way = await asyncio.to_thread(scene.count, mailing, BUSY[1:])
            if due is not None and due > scene.clock.now() and not under_way:
                later(scene.clock, due - scene.clock.now() + timedelta(seconds=1))
        await asyncio.sleep(0.1)


def _options(url: str, folder: Path, sandbox: RunningSandbox) -> dict[str, str]:
    return {
        "database": url,
        "clock": str(folder / "clock"),
        "telegram": sandbox.addresses.telegram,
        "token": TOKENS["participants"],
        "smtp": sandbox.addresses.smtp,
        "secret": "a secret of at least thirty-two characters",
        "rate": str(RATE),
        "lease": str(LEASE_SECONDS),
    }


def _judge(finding: Finding, ground: Ground) -> None:
    scene = ground.scene
    # The ledger first: what a sender that was thought dead still sends has arrived before it is written down as sent.
    deliveries = {one.participant_id: one for one in scene.deliveries(ground.mailing)}
    got = _got(ground, finding.seed)
    answered = scene.answered()
    for person, name in scene.names.items():
        delivery = deliveries.get(person)
        _judge_one(finding, name, delivery, got[name])
        if delivery is not None and delivery.state == "skipped" and not _had_answered(delivery, answered.get(person)):
            finding.wrong.append(f"{name}: skipped ({delivery.reason}) without having answered")
        if delivery is None or delivery.handed_over_at is None:
            continue
        late = person in answered and delivery.handed_over_at > answered[person] + AT_ONCE
        if late and delivery.state != "skipped" and finding.fault != "clock moved":
            finding.wrong.append(f"{name}: had answered")
        if not is_open(parse_window(WINDOW), delivery.handed_over_at, ZONE):
            finding.wrong.append(f"{name}: left outside the window")
    if finding.in_doubt > finding.in_flight:
        finding.wrong.append(f"{finding.in_doubt} in doubt, {finding.in_flight} may have been in flight")


def _had_answered(delivery: Delivery, at: datetime | None) -> bool:
    """Whether somebody was left out because of an answer; there is no other reason to in a drill."""
    return delivery.reason == "answered" and at is not None


def _judge_one(finding: Finding, name: str, delivery: Delivery | None, count: int) -> None:
    state = delivery.state if delivery is not None else "no row"
    finding.sent += state == "sent"
    finding.skipped += state == "skipped"
    if state == "in-doubt":
        finding.in_doubt += 1
        finding.in_doubt_delivered += count
    fine = {"sent": count == 1, "in-doubt": count <= 1, "skipped": count == 0}.get(state, False)
    if not fine:
        finding.wrong.append(f"{name}: {state}, got {count}")


def _got(ground: Ground, seed: int) -> Counter[str]:
    """How often each person got this run's mailing: its texts are told apart by the run's number in the subject."""
    world, mine = ground.sandbox.world, f"[run-{seed}]"
    got = Counter(f"p{one.chat_id - FIRST_CHAT}" for one in world.bots["participants"].sent if mine in one.text)
    got.update(one.recipients[0].split("@")[0] for one in world.mail.kept if mine in one.letter.header("Subject"))
    return got
