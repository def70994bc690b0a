"""The example's office at work in a pretended world: its services, its clock, its people and their doors."""

from __future__ import annotations

import email
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from aiogram import Bot
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bots.participants.receiving import BotDeps, create_dispatcher
from cli.load import load_package
from cli.roles.sender import open_channels, sender_deps
from cli.world import World
from core.clock import FixedClock
from core.config import Settings
from core.database.database import Database
from core.ids import CountedIds
from core.links import Links, Purpose
from core.people.tables import Address, Membership
from core.process.appointments.tables import Appointment
from core.process.tables import Attendance, Event
from core.staff.accounts import NewAccount, add_account, grant_role
from notifications.channels.contract import Channel
from notifications.content.presses import rsvp
from notifications.intake.addresses import ReturnAddresses
from notifications.intake.service import take_in
from notifications.ledger.states import DeliveryState, MailingState
from notifications.ledger.tables import Delivery, Mailing, Occurrence
from notifications.planning.timers import PlannerDeps, plan_due, rederive
from notifications.sending.loop import Pace, Sender
from surveys.responses.shelf import FormShelf
from tests.support.sandbox import TOKENS, Person, RunningSandbox
from tests.support.web import RunningWeb, running_web

EXAMPLE = Path(__file__).parents[2] / "examples" / "psm-torino"
ROME = ZoneInfo("Europe/Rome")
BEGIN = datetime(2023, 7, 3, 8, 0, tzinfo=ROME)  # a Monday, the example's own start
RETURNS = "ritorni@cmto.example.org"
SECRET = "a secret of at least thirty-two characters"
PASSWORD = "a long enough password"
QUICK = Pace(5000)
TURN = timedelta(seconds=2)  # a chat takes a message a second


@dataclass
class Office:
    """`told` counts the ledger's rows that were looked at: each step asks for what is new."""

    world: World
    web: RunningWeb
    sandbox: RunningSandbox
    bot: Bot
    channels: list[Channel]
    sender: Sender
    clock: FixedClock
    told: int = 0
    nonce: int = 0
    ids: CountedIds = field(default_factory=CountedIds)

    @property
    def database(self) -> Database:
        return self.world.database

    # The clock

    async def goes_on_to(self, local: str) -> None:
        """Moves the clock to a local time, stopping wherever something is due on the way."""
        until = datetime.fromisoformat(local).replace(tzinfo=ROME)
        assert until >= self.clock.now(), local
        await self.works()
        while (due := self.database.read(self._next_due)) is not None and due <= until:
            self.clock.set(max(due, self.clock.now()) + timedelta(milliseconds=1))
            await self.works()
        self.clock.set(until)
        await self.works()

    def _next_due(self, session: Session) -> datetime | None:
        """The first instant after now at which the service has something to do."""
        now = self.clock.now()
        due = (
            select(func.min(Occurrence.due_at))
            .join(Mailing, Mailing.id == Occurrence.mailing_id)
            .where(Occurrence.state == "due", Occurrence.due_at > now, Mailing.state == MailingState.RELEASED),
            select(func.min(Delivery.due_at)).where(Delivery.state == DeliveryState.PLANNED, Delivery.due_at > now),
            select(func.min(Appointment.remind_at)).where(Appointment.remind_at > now),
            select(func.min(Attendance.offered_until)).where(Attendance.offered_until > now),
        )
        found = [one for statement in due if (one := session.scalar(statement)) is not None]
        return min(found, default=None)

    async def works(self) -> None:
        """What the services do at this instant, until nothing is left to be done."""
        planner = PlannerDeps(self.database, self.clock, self.world.rules, self.world.personal)
        for _ in range(5):
            await rederive(planner)
            if not await plan_due(planner):
                break
        for _ in range(5):
            if not sum([await self._sends(channel) for channel in self.channels]):
                return
            self.clock.advance(TURN)

    async def _sends(self, channel: Channel) -> int:
        claimed, whole = 1, 0
        while claimed:
            claimed = (await self.sender.one_group(channel)).claimed
            whole += claimed
        return whole

    # Who was told

    def news(self) -> dict[str, set[str]]:
        """Who got what since this was asked last, by mailing or kind of notice; nobody is told anything twice.

        As the ledger says; as many mails arrived as it says left, and each to whom it says.
        """
        left = (
            select(Delivery.id, Mailing.slug, Membership.reference, Membership.name, Delivery.channel, Address.value)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .join(Membership, Membership.participant_id == Delivery.participant_id)
            .outerjoin(Address, Address.id == Delivery.address_id)
            .where(Delivery.state == DeliveryState.SENT)
            .order_by(Delivery.settled_at, Delivery.id)
        )
        rows = self.database.read(lambda session: session.execute(left).all())
        mails = sorted(row.value for row in rows if row.channel == "email")
        arrived = sorted(one.recipients[0] for one in self.sandbox.world.mail.kept)
        assert mails == arrived, "the mailboxes hold what the ledger says"
        found: dict[str, set[str]] = {}
        for row in rows[self.told :]:
            slug = row.slug.removeprefix("notice-")
            whom = row.reference or row.name  # who walked in has no reference
            assert whom not in found.setdefault(slug, set()), (slug, whom)
            found[slug].add(whom)
        self.told = len(rows)
        return found

    def reasons(self, mailing: str) -> dict[str, str]:
        """Why some were left out."""
        skipped = (
            select(Membership.reference, Delivery.reason)
            .join(Delivery, Delivery.participant_id == Membership.participant_id)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .where(Mailing.slug == mailing, Delivery.state == DeliveryState.SKIPPED)
        )
        return {row.reference: row.reason for row in self.database.read(lambda s: s.execute(skipped).all())}

    # People and their doors

    def person(self, reference: str) -> int:
        found = select(Membership.participant_id).where(Membership.reference == reference)
        return self.database.read(lambda session: session.scalars(found).one())

    def mailbox(self, reference: str) -> str:
        found = select(Address.value).where(
            Address.channel == "email", Address.participant_id == self.person(reference)
        )
        return self.database.read(lambda session: session.scalars(found).one())

    def mails(self, reference: str) -> list[EmailMessage]:
        """Oldest first."""
        to = self.mailbox(reference)
        raw = [one.raw for one in self.sandbox.world.mail.kept if one.recipients[0] == to]
        return [email.message_from_bytes(one, _class=EmailMessage, policy=policy.default) for one in raw]

    def words(self, reference: str) -> str:
        """The plain text of the newest mail."""
        part = self.mails(reference)[-1].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def link(self, reference: str, within: str) -> str:
        """The newest link of somebody's mails that leads into a part of the pages."""
        found = self.newest_link(reference, within)
        assert found, f"{reference} has no link to {within}"
        return found

    def newest_link(self, reference: str, within: str) -> str:
        """The same, "" for none: to who is in the chat, no mail brings it."""
        for mail in reversed(self.mails(reference)):
            part = mail.get_body(("plain",))
            words = str(part.get_content()).split() if part is not None else []
            if links := [one for one in words if one.startswith(f"{self.web.url}/{within}/")]:
                return links[-1]
        return ""

    def looks(self, reference: str, within: str) -> str:
        """The page behind a link of somebody's mails."""
        answer = httpx.get(self.link(reference, within), timeout=60, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text

    def presses(self, reference: str, within: str, do: str, **more: str) -> str:
        """Opens the page behind a link and presses one of its buttons; the page that follows."""
        link = self.link(reference, within)
        with httpx.Client(timeout=60, follow_redirects=True, headers={"Accept": "text/html"}) as http:
            assert http.get(link).status_code == 200
            answer = http.post(link, data={"do": do, **more})
        assert answer.status_code == 200, answer.text
        return answer.text

    def writes_back(self, raw: bytes) -> None:
        """A mail comes in."""
        returns, now = ReturnAddresses(RETURNS, self.world.links), self.clock.now()
        self.database.write(lambda session: take_in(session, raw, returns, now))

    def answers(self, reference: str, words: str) -> None:
        """Answers the newest mail with some words."""
        mail, number = self.mails(reference)[-1], len(self.sandbox.world.mail.kept)
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = self.mailbox(reference), str(mail["Reply-To"]), "Re:"
        made["Message-ID"] = f"<{number}.{reference}.{self.clock.now():%m%d%H%M%S}@example.com>"
        made.set_content(words)
        self.writes_back(made.as_bytes(policy=policy.SMTP))

    async def chats(self, reference: str, number: int) -> Person:
        """Somebody joins their Telegram account by a link of theirs."""
        self.nonce += 1
        person = self.sandbox.person(number)
        await person.is_called(reference, "it")
        until = self.clock.now() + timedelta(days=30)
        token = self.world.links.sign(Purpose.JOIN_CHAT, self.person(reference), 0, self.nonce, expires=until)
        await person.says(f"/start {token}")
        await self.hears()
        return person

    async def hears(self) -> None:
        """The bot takes in everything that waits."""
        shelf, links, urls = FormShelf(), self.world.links, self.world.urls()
        deps = BotDeps(
            self.bot, self.database, self.clock, links, self.ids, shelf, urls=urls, personal=self.world.personal
        )
        taking = create_dispatcher(deps)
        while updates := await self.bot.get_updates(timeout=0):
            for one in updates:
                await taking.feed_update(self.bot, one)
            await self.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0, limit=1)

    async def taps(self, person: Person, button: str) -> None:
        await person.presses(button)
        await self.hears()

    async def says_in_chat(self, person: Person, slug: str, reply: str) -> None:
        """Presses a reply under the newest message about an event."""
        data = rsvp(self.event(slug), reply)
        asked = [
            one["id"]
            for one in await person.bot_messages()
            if any(button.get("data") == data for row in one["buttons"] for button in row)
        ]
        await person.presses_data(asked[-1], data)
        await self.hears()

    # The office's own

    def event(self, slug: str) -> int:
        return self.database.read(lambda session: session.scalars(select(Event.id).where(Event.slug == slug)).one())

    def replies(self, slug: str) -> dict[str, str]:
        found = (
            select(Membership.reference, Attendance.reply)
            .join(Membership, Membership.participant_id == Attendance.participant_id)
            .where(Attendance.event_id == self.event(slug))
        )
        return {row.reference: row.reply for row in self.database.read(lambda s: s.execute(found).all())}

    @contextmanager
    def console(self, email: str = "eventi@cmto.example.org") -> Iterator[httpx.Client]:
        """Somebody of the office, signed in: who manages events and writes mailings, if nobody else is named."""
        with httpx.Client(base_url=self.web.url, timeout=60, follow_redirects=True) as client:
            client.headers["Accept"] = "text/html"
            signed = {"email": email, "password": PASSWORD}
            assert client.post("/console/sign-in", data=signed).url.path == "/console"
            yield client


@asynccontextmanager
async def open_office(database_url: str, database: Database, sandbox: RunningSandbox) -> AsyncIterator[Office]:
    """The example, loaded as `ascolto load` does it on the day on which it starts."""
    clock, links = FixedClock(BEGIN), Links(SECRET)
    with running_web(database, clock, links) as web:
        settings = Settings(
            database_url=database_url, public_url=web.url, secret_key=SECRET, return_address=RETURNS,
            participant_bot_token=TOKENS["participants"], telegram_api_url=sandbox.addresses.telegram,
            smtp_url=sandbox.addresses.smtp, mail_from="Città metropolitana <psm@cmto.example.org>",
        )  # fmt: skip
        world = World(settings, database, clock, CountedIds(), FormShelf())
        load_package(world, EXAMPLE)
        database.write(lambda session: _only_events(session, clock.now()))
        channels = open_channels(world)
        deps = await sender_deps(world, channels)
        quick = replace(deps, paces=dict.fromkeys(deps.paces, QUICK))
        try:
            async with sandbox.bot() as bot:
                yield Office(world, web, sandbox, bot, channels, Sender(quick), clock)
        finally:
            for channel in channels:
                await channel.close()


def _only_events(session: Session, now: datetime) -> None:
    """The play is about events: what asks for answers to questionnaires is stopped. And some people work here."""
    asking = Mailing.purpose == "questionnaires"
    session.execute(update(Mailing).where(asking).values(state=MailingState.CANCELLED.value))
    for name, role in (("eventi", "administrator"), ("visto", "reviewer"), ("ingresso", "doorkeeper")):
        account = add_account(session, NewAccount(f"{name}@cmto.example.org", name.title(), PASSWORD, "en"), now)
        grant_role(session, account, "cmto", role, now)
