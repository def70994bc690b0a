"""The participants' bot in a pretended world: a questionnaire, people, and their chats."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiogram import Bot, Dispatcher
from sqlalchemy import select

from bots.participants.polling import run_polling
from bots.participants.receiving import BotDeps, create_dispatcher
from bots.participants.tables import Chat
from core.addresses import PublicUrls
from core.clock import FixedClock
from core.ids import CountedIds
from core.links import Links, Purpose
from core.people.personal import PersonalData
from core.people.tables import Address
from core.tables import Notice
from notifications.intake.my_data import erase_mails, mails_contributor
from surveys.responses import service
from surveys.responses.my_data import answers_contributor, erase_answers
from surveys.responses.service import Turn
from surveys.responses.shelf import FormShelf
from tests.responses.scene import Scene
from tests.support.dialogues import name_of
from tests.support.sandbox import Person, RunningSandbox

Json = dict[str, Any]


@dataclass
class Stage:
    """`hears` takes in what was said since; `running` polls as the service does."""

    scene: Scene
    sandbox: RunningSandbox
    bot: Bot
    clock: FixedClock
    links: Links
    ids: CountedIds = field(default_factory=CountedIds)
    nonce: int = 0
    urls: PublicUrls = field(default_factory=lambda: PublicUrls(""))
    looking: FormShelf = field(default_factory=FormShelf)  # of who looks on, not of the bot

    def deps(self) -> BotDeps:
        personal = PersonalData((answers_contributor(), mails_contributor()), (erase_answers, erase_mails))
        shelf, scene = FormShelf(), self.scene
        return BotDeps(
            self.bot, scene.database, self.clock, self.links, self.ids, shelf, urls=self.urls, personal=personal
        )

    def dispatcher(self) -> Dispatcher:
        """A new one that remembers nothing."""
        return create_dispatcher(self.deps())

    async def hears(self, dispatcher: Dispatcher | None = None) -> None:
        """Takes in everything that waits, by a dispatcher that is new unless given."""
        taking = dispatcher or self.dispatcher()
        while updates := await self.bot.get_updates(timeout=0):
            for update in updates:
                await taking.feed_update(self.bot, update)
            await self.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(run_polling(self.deps()))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def link(self, participant_id: int, round_id: int | None = None, days: int = 30) -> str:
        """What a person writes by following a joining link; each call makes another link."""
        self.nonce += 1
        numbers = participant_id, self.scene.round_id if round_id is None else round_id, self.nonce
        return f"/start {self.links.sign(Purpose.JOIN_CHAT, *numbers, expires=self.clock.now() + timedelta(days=days))}"

    async def person(self, number: int) -> Person:
        """Somebody whose Telegram is in English, as these tests are."""
        person = self.sandbox.person(number)
        await person.is_called("Ada", "en")
        return person

    def participant(self, email: str = "ada@example.org", **known: Any) -> int:
        made = self.scene.participant(**{"language": "en", **known})
        values = {"proved_at": None, "blocked_at": None, "created_at": self.scene.now}
        self.scene.insert(Address, participant_id=made, channel="email", value=email, **values)
        return made

    async def joined(self, number: int = 501, **known: Any) -> Person:
        """Somebody whose chat is joined and shows the first question."""
        person = await self.person(number)
        await person.says(self.link(self.participant(f"p{number}@example.org", **known)))
        await self.hears()
        return person

    async def say(self, person: Person, text: str) -> Json:
        """Says something and returns the newest message of the bot."""
        await person.says(text)
        await self.hears()
        return await newest(person)

    async def press(self, person: Person, button: str) -> Json:
        await person.presses(button)
        await self.hears()
        return await newest(person)

    def response_id(self, person: Person) -> int:
        found = self.scene.database.read(lambda s: s.scalar(select(Chat.response_id).where(Chat.id == person.id)))
        assert found is not None
        return found

    def turn(self, person: Person) -> Turn:
        """Where their response stands, read anew."""
        number, now = self.response_id(person), self.clock.now()
        return self.scene.database.read(lambda s: service.current(s, self.looking, number, now))

    def values(self, person: Person) -> dict[str, str]:
        """What is kept, by the names of questions."""
        return {name_of(ref): value for ref, value in self.scene.answers(self.response_id(person)).items()}

    def given(self, person: Person) -> dict[str, str]:
        """What the person said themselves."""
        return {name: value for name, value in self.values(person).items() if not name.startswith("attr_")}

    def notices(self, kind: str) -> list[Notice]:
        statement = select(Notice).where(Notice.kind == kind).order_by(Notice.id)
        return list(self.scene.database.read(lambda s: s.scalars(statement).all()))

    def address(self, person: Person) -> Address | None:
        statement = select(Address).where(Address.channel == "telegram", Address.value == str(person.id))
        return self.scene.database.read(lambda s: s.scalars(statement).one_or_none())


async def newest(person: Person) -> Json:
    """The bot's last message in the chat."""
    return (await person.bot_messages())[-1]


def labels(message: Json) -> list[str]:
    """The texts of a message's buttons."""
    return [button["text"] for row in message["buttons"] for button in row]


async def live(person: Person) -> list[Json]:
    """The messages that have buttons."""
    return [message for message in await person.bot_messages() if message["buttons"]]
