"""A poll with its voters, and what their browsers and Telegram send for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, text

from bots.participants.callback import PollAct, poll_press
from bots.participants.tables import Chat
from bots.updates.webhook import path_of
from core.database.database import Database
from core.links import Links, Purpose
from core.people.tables import Address, Membership, Participant
from surveys.polls.kinds import Shown
from surveys.polls.poll import Poll
from tests.polls.scene import add, define, named
from tests.responses.scene import build

FIRST_CHAT = 10_000_000
BLOCK = 5000


@dataclass(frozen=True)
class Hall:
    """An open poll and its voters: those with even numbers vote on the page, the others in the chat."""

    poll: Poll
    people: range
    now: datetime


def fill_hall(database: Database, people: int, now: datetime, *, secret: bool) -> Hall:
    scene = build(database, now)
    poll = add(scene, (define if secret else named)(names="ABCD", shown=Shown.AFTER_VOTE))
    ids = range(1, people + 1)
    member = {
        "office_id": scene.office_id, "attributes": {}, "source": "bench", "joined_at": now,
        "legal_basis": "public-task",
    }  # fmt: skip
    chat = {"channel": "telegram", "proved_at": now, "created_at": now}
    tables = {
        Participant: [{"id": n, "language": "it", "created_at": now} for n in ids],
        Membership: [member | {"participant_id": n, "name": f"Ada {n}"} for n in ids],
        Address: [chat | {"id": n, "participant_id": n, "value": str(FIRST_CHAT + n)} for n in ids],
        Chat: [{"id": FIRST_CHAT + n, "address_id": n, "language": "it", "awaiting": {}} for n in ids],
    }
    for table, rows in tables.items():
        database.write(lambda session, table=table, rows=rows: session.execute(insert(table), rows))  # type: ignore[misc]
    database.write(lambda session: session.execute(text("ANALYZE")))  # as a database in use has by itself
    return Hall(poll, ids, now)


def post(hall: Hall, links: Links, person: int) -> bytes:
    """A vote on the page of one's own link, as a browser posts it."""
    token = links.sign(Purpose.VOTE, person, hall.poll.id, expires=hall.now + timedelta(days=30))
    body = f"key=press-of-person-{person:06d}&choice={'ABCD'[person % 4]}"
    return _request(f"/p/{token}", "application/x-www-form-urlencoded", body, (
        "Origin: https://bench.example.org", "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
        "Accept-Language: it-IT,it;q=0.9", "Accept-Encoding: gzip, deflate",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    ))  # fmt: skip


def update(hall: Hall, secret: str, person: int) -> bytes:
    """A press on a button in the chat, as Telegram posts it (Bot API, CallbackQuery)."""
    chat = FIRST_CHAT + person
    user = {"id": chat, "is_bot": False, "first_name": "Ada", "language_code": "it"}
    press = poll_press(hall.poll.id, PollAct.CAST, str(person % 4))
    names = ("Parco", "Piazza", "Scuola", "Fiume")
    keys = [[{"text": one, "callback_data": f"poll:{hall.poll.id}:c{at}"}] for at, one in enumerate(names)]
    message = {
        "message_id": 7, "date": int(hall.now.timestamp()), "text": "Dove la panchina?",
        "from": {"id": 1001, "is_bot": True, "first_name": "Bot", "username": "bench_bot"},
        "chat": {"id": chat, "type": "private", "first_name": "Ada"}, "reply_markup": {"inline_keyboard": keys},
    }  # fmt: skip
    query = {"id": str(person), "from": user, "message": message, "chat_instance": "1", "data": press}
    body = json.dumps({"update_id": person, "callback_query": query})
    header = f"X-Telegram-Bot-Api-Secret-Token: {secret}"
    return _request(path_of("participants"), "application/json", body, (header, "Accept-Encoding: gzip, deflate"))


def _request(path: str, kind: str, body: str, headers: tuple[str, ...]) -> bytes:
    lines = (
        f"POST {path} HTTP/1.1", "Host: bench.example.org", f"Content-Type: {kind}", f"Content-Length: {len(body)}",
        *headers, "", body,
    )  # fmt: skip
    return "\r\n".join(lines).encode()
