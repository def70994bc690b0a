"""What the bench of chats plays on: a mailing planned for many readers, and people who answer a questionnaire."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import insert, text

from bots.participants.tables import Chat
from core.database.database import Database
from core.people.tables import Address, Membership, Participant
from notifications.ledger.tables import Occurrence
from notifications.planning.planner import plan_all_due
from surveys.responses.service import Moment, begin
from surveys.responses.shelf import FormShelf
from tests.notifications.office import RULES, OfficeRows, make_mailing
from tests.responses.scene import Scene, build
from tests.support.sandbox import Person, RunningSandbox

AT = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)
FIRST_READER, FIRST_CHATTER = 1_000_000, 1000
THINKING_SECONDS = (5.0, 15.0)
GIVEN_UP_AFTER = 30.0
QUESTIONS = "".join(f"|  | text | q{number} | Domanda {number}? |\n" for number in range(200))
FORM = f"| survey |\n|  | type | name | label |\n{QUESTIONS}| settings |\n|  | form_title |\n|  | Bench |\n"


def plan_for(database: Database, readers: int) -> Scene:
    """An office with so many readers in chats, and a mailing to them that is due and planned."""
    scene = build(database, AT, FORM)
    ids = range(1, readers + 1)
    member = {
        "office_id": scene.office_id, "category": "reader", "attributes": {}, "source": "bench", "joined_at": AT,
        "legal_basis": "public-task",
    }  # fmt: skip
    chat = {"channel": "telegram", "proved_at": AT, "created_at": AT}
    tables = {
        Participant: [{"id": n, "language": "it", "created_at": AT} for n in ids],
        Membership: [member | {"participant_id": n, "name": f"Ada {n}"} for n in ids],
        Address: [chat | {"participant_id": n, "value": str(FIRST_READER + n)} for n in ids],
    }
    for table, rows in tables.items():
        database.write(lambda session, table=table, rows=rows: session.execute(insert(table), rows))  # type: ignore[misc]
    database.write(lambda session: session.execute(text("ANALYZE")))  # as a database in use has by itself
    audience = scene.audience("readers", {"category": "reader"})
    office = OfficeRows(scene.office_id, scene.process_id, scene.round_id, audience)
    mailing = database.write(lambda session: make_mailing(session, office, anchor={}))
    scene.insert(
        Occurrence, mailing_id=mailing, key="", due_local="2023-07-06T09:30", time_zone="Europe/Rome", due_at=AT,
        state="due", values={},
    )  # fmt: skip
    (planned,) = database.write(lambda session: plan_all_due(session, AT, RULES))
    assert planned.added == readers, planned
    return scene


def seat(scene: Scene, number: int) -> int:
    """Somebody in the middle of the questionnaire; the number of their chat."""
    participant, chat = scene.participant(category="chatter"), FIRST_CHATTER + number
    address = scene.insert(
        Address, participant_id=participant, channel="telegram", value=str(chat), proved_at=AT, created_at=AT
    )
    shelf, moment = FormShelf(), Moment(AT, "telegram")
    turn = scene.database.write(lambda session: begin(session, shelf, participant, scene.round_id, moment))
    row = {"id": chat, "address_id": address, "language": "it", "response_id": turn.response_id, "awaiting": {}}
    scene.database.write(lambda session: session.execute(insert(Chat).values(row)))
    return chat


async def chat_away(sandbox: RunningSandbox, chat: int, over: asyncio.Event) -> list[float]:
    """Answers one question after another until it is over; how long each next question took, in seconds."""
    person, dice, waits = sandbox.person(chat), random.Random(chat), list[float]()
    seen = sandbox.world.bots["participants"].private_chat(chat).messages
    await asyncio.sleep(dice.uniform(0, THINKING_SECONDS[1]))
    while not over.is_set():
        waits.append(await _answer(person, seen, f"risposta {len(waits)}"))
        await asyncio.sleep(dice.uniform(*THINKING_SECONDS))
    return waits


async def _answer(person: Person, seen: Mapping[int, object], words: str) -> float:
    start = time.perf_counter()
    said = (await person.says(words))["message_id"]
    while max(seen) <= said:
        if time.perf_counter() - start > GIVEN_UP_AFTER:
            raise AssertionError("nobody answers")
        await asyncio.sleep(0.005)
    return time.perf_counter() - start
