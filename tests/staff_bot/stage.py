"""The staff's bot in a pretended world: an office, its staff in their chats, and the participants' bot beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from telegram import Update

from bots.participants.receiving import BotDeps, create_dispatcher
from bots.participants.tables import Chat
from bots.staff.pacing import Turns
from bots.staff.receiving import StaffDeps, open_application
from bots.staff.telling import tell_due
from bots.staff.updates import StaffDoor
from core.addresses import PublicUrls
from core.clock import FixedClock
from core.database.database import Database
from core.ids import CountedIds
from core.links import Links
from core.people.tables import Address
from core.process.tables import Office
from core.staff.accounts import NewAccount, add_account, grant_role
from core.staff.chats import make_code
from core.staff.tables import AuditEntry
from notifications.review.review import Judging
from surveys.responses.shelf import FormShelf
from tests.notifications.office import RULES, OfficeRows
from tests.notifications.office import Person as Participant
from tests.notifications.sending import PUBLIC, SECRET, VOICE
from tests.support.sandbox import TOKENS, Person, RunningSandbox

NOON = datetime(2023, 7, 3, 10, 0, tzinfo=UTC)  # in Rome; a Monday
ADA = Participant("Ada <b>Rossa</b>", email="ada@example.org", telegram="71", language="it")


@dataclass
class StaffStage:
    """`hears` takes in what was said since, `tells` writes what is due."""

    database: Database
    sandbox: RunningSandbox
    clock: FixedClock
    rows: OfficeRows
    ids: CountedIds = field(default_factory=CountedIds)

    def __post_init__(self) -> None:
        self.deps = StaffDeps(
            token=TOKENS["staff"],
            api_url=self.sandbox.addresses.telegram,
            database=self.database,
            clock=self.clock,
            judging=Judging(RULES, VOICE, {"email": 10, "telegram": 10}),
            urls=PublicUrls(PUBLIC),
            turns=Turns(0),
        )
        self.door = StaffDoor(open_application(self.deps))

    async def updates(self) -> list[Update]:
        await self.door.open()
        return list(await self.door.application.bot.get_updates(timeout=0))

    async def hears(self) -> None:
        while updates := await self.updates():
            for update in updates:
                await self.door.take(update)
            await self.door.application.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)

    async def tells(self) -> None:
        while await tell_due(self.deps, self.door):
            pass

    def account(self, name: str, role: str = "administrator", office: str = "cmto", language: str = "en") -> int:
        def work(session: Session) -> int:
            email = f"{name.lower()}@example.org"
            made = add_account(session, NewAccount(email, name, "a long enough password", language), self.clock.now())
            grant_role(session, made, office, role, self.clock.now())
            return made

        return self.database.write(work)

    def code(self, account_id: int) -> str:
        return self.database.write(lambda session: make_code(session, account_id, self.ids, self.clock.now()))

    async def person(self, number: int) -> Person:
        person = self.sandbox.person(number, "staff")
        await person.is_called("Somebody", "en")
        return person

    async def linked(self, name: str, role: str = "administrator", number: int = 901) -> Person:
        person = await self.person(number)
        await self.say(person, f"/start {self.code(self.account(name, role))}")
        return person

    async def say(self, person: Person, text: str) -> dict[str, Any]:
        await person.says(text)
        await self.hears()
        return (await person.bot_messages())[-1]

    async def press(self, person: Person, button: str) -> dict[str, Any]:
        """The message that came of it, or that was changed by it."""
        before = {one["id"]: one for one in await person.bot_messages()}
        await person.presses(button)
        await self.hears()
        after = await person.bot_messages()
        return next((one for one in reversed(after) if before.get(one["id"]) != one), after[-1])

    async def press_data(self, person: Person, data: str) -> dict[str, Any]:
        """As `press`, of a button that may not stand there any more, in the newest message."""
        before = {one["id"]: one for one in await person.bot_messages()}
        await person.presses_data(max(before), data, force=True)
        await self.hears()
        after = await person.bot_messages()
        return next((one for one in reversed(after) if before.get(one["id"]) != one), after[-1])

    def audit(self) -> list[tuple[str, str]]:
        found = select(AuditEntry.act, AuditEntry.subject).where(AuditEntry.account_id.is_not(None))
        return [
            (row.act, row.subject)
            for row in self.database.read(lambda s: s.execute(found.order_by(AuditEntry.id)).all())
        ]

    def other_office(self) -> None:
        def work(session: Session) -> None:
            session.execute(insert(Office).values(slug="other", name="Altro Comune", kind="municipality"))

        self.database.write(work)

    async def writes(self, bot: Bot, person: Person, text: str) -> dict[str, Any]:
        """A participant writes in their own chat."""
        dispatcher = create_dispatcher(
            BotDeps(bot, self.database, self.clock, Links(SECRET), self.ids, FormShelf(), urls=PublicUrls(PUBLIC))
        )
        await person.says(text)
        while updates := await bot.get_updates(timeout=0):
            for update in updates:
                await dispatcher.feed_update(bot, update)
            await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)
        return (await person.bot_messages())[-1]

    def chat_of(self, participant: Participant) -> None:
        """Lets the participants' bot know whose chat it is."""

        def work(session: Session) -> None:
            address = session.scalars(select(Address.id).where(Address.value == participant.telegram)).one()
            chat = {"id": int(participant.telegram), "language": participant.language, "address_id": address}
            session.execute(insert(Chat).values(chat | {"awaiting": {}}))

        self.database.write(work)


def labels(message: dict[str, Any]) -> list[str]:
    """The texts of a message's buttons."""
    return [button["text"] for row in message["buttons"] for button in row]
