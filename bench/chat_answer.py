"""An inbound chat answer: the whole bot beside a bare aiogram dispatcher with bare grouped commits.

Both take the same updates through aiogram and reply through a Bot whose server answers at once;
ours understands the answer, keeps it, moves the questionnaire on and shows the next question.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, Message, Update, User
from sqlalchemy import insert

from bench.bare import BareGroup
from bench.measure import Comparison, compare, timed
from bots.participants.receiving import BotDeps, create_dispatcher
from bots.participants.tables import Chat as ChatRow
from core.clock import FixedClock
from core.database.database import Database
from core.database.migrating import upgrade
from core.ids import CountedIds
from core.links import Links
from core.people.tables import Address
from surveys.responses.service import Moment, begin
from surveys.responses.shelf import FormShelf
from tests.responses.scene import build

NOW = datetime(2023, 7, 10, 8, 0, tzinfo=UTC)
PEOPLE = 100
ANSWERS = 10
TOGETHER = 50
PAIRS = 5
TOKEN = "42:bench"
QUESTIONS = "".join(f"|  | text | q{number} | Question {number}? |\n" for number in range(30))
FORM = f"| survey |\n|  | type | name | label |\n{QUESTIONS}| settings |\n|  | form_title |\n|  | Bench |\n"


class AnsweringSession(BaseSession):
    """A Telegram that does what it is asked at once, without a network."""

    def __init__(self) -> None:
        super().__init__()
        self._messages = 0

    async def close(self) -> None:
        return None

    async def make_request(self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None) -> Any:  # noqa: ASYNC109 - aiogram's signature
        if not isinstance(method, SendMessage):
            return True
        self._messages += 1
        chat = Chat(id=int(method.chat_id), type="private")
        return Message(message_id=self._messages, date=NOW, chat=chat, text=method.text)

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        yield b""


def updates() -> list[list[Update]]:
    """ANSWERS updates for each of PEOPLE, in the order they are said."""
    people = [User(id=1000 + person, is_bot=False, first_name="Ada", language_code="it") for person in range(PEOPLE)]
    return [
        [
            Update(
                update_id=turn * PEOPLE + number,
                message=Message(
                    message_id=turn + 1,
                    date=NOW,
                    chat=Chat(id=person.id, type="private"),
                    from_user=person,
                    text=f"answer {turn}",
                ),
            )
            for number, person in enumerate(people)
        ]
        for turn in range(ANSWERS)
    ]


async def feed(dispatcher: Dispatcher, bot: Bot) -> float:
    """Seconds for everybody's answers, each person's in order."""
    seconds = 0.0
    for turn in updates():
        work: list[Callable[[], Awaitable[object]]] = [partial(dispatcher.feed_update, bot, one) for one in turn]
        seconds += await timed(work, TOGETHER)
    return seconds


async def ours(folder: Path, number: int) -> float:
    database = Database(f"sqlite:///{folder / f'ours{number}.sqlite'}")
    upgrade(database.engine)
    scene = build(database, NOW, FORM)
    shelf = FormShelf()
    for person in range(PEOPLE):
        participant = scene.participant()
        moment = Moment(NOW, "telegram")
        address = scene.insert(
            Address,
            participant_id=participant,
            channel="telegram",
            value=str(1000 + person),
            proved_at=NOW,
            created_at=NOW,
        )
        turn = database.write(lambda s, p=participant, m=moment: begin(s, shelf, p, scene.round_id, m))  # type: ignore[misc]
        row = {"id": 1000 + person, "address_id": address, "language": "it", "response_id": turn.response_id}
        database.write(lambda s, row=row: s.execute(insert(ChatRow).values(**row, awaiting={})))  # type: ignore[misc]
    bot = Bot(TOKEN, session=AnsweringSession())
    deps = BotDeps(bot, database, FixedClock(NOW), Links("a secret for the bench, long enough"), CountedIds(), shelf)
    seconds = await feed(create_dispatcher(deps), bot)
    database.close()
    return seconds


async def bare(folder: Path, number: int) -> float:
    group = BareGroup(folder / f"bare{number}.sqlite")
    router = Router()

    async def take(message: Message, event_update: Update) -> None:
        await group.store(event_update.update_id, message.chat.id, message.text or "")
        await message.answer("Next question?")

    router.message.register(take)
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_router(router)
    seconds = await feed(dispatcher, Bot(TOKEN, session=AnsweringSession()))
    group.close()
    return seconds


async def run() -> Comparison:
    folder = Path(tempfile.mkdtemp())
    try:
        title = f"An answer in chat ({PEOPLE} people, {TOGETHER} at once, SQLite)"
        return await compare(title, PEOPLE * ANSWERS, (partial(ours, folder), partial(bare, folder)), PAIRS)
    finally:
        shutil.rmtree(folder)
