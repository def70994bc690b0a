"""An office that people join by themselves: real pages, a real sender, real SMTP, a mailbox to look into."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select

from core.addresses import PublicUrls
from core.clock import FixedClock
from core.people.audience import audience_clause, preview
from core.people.consent import consents
from core.people.predicates import core_predicates
from core.people.tables import Address, Consent, JoinRequest, Membership, Participant
from core.process.tables import Office, Process
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.ledger.tables import Delivery
from notifications.planning.notices import plan_notices
from notifications.sending.context import Voice
from notifications.sending.loop import SenderDeps, run_sender
from tests.notifications.sending import BUSY, FAST_PACES
from tests.responses.scene import Scene
from tests.support.sandbox import RunningSandbox
from tests.support.web import RunningWeb
from tests.web.reader import Reader

Json = dict[str, Any]
TEXT = {"it": "Acconsento.\n\nPosso ritirarlo.", "en": "I agree to <messages>.\n\nI can withdraw it."}
ADA = "ada@example.org"


@dataclass
class Stage:
    """The office `metro`, open to everybody."""

    scene: Scene
    clock: FixedClock
    sandbox: RunningSandbox
    web: RunningWeb
    http: httpx.Client

    def open(self, **joining: Any) -> None:
        values = {"open": True, "text": TEXT, **joining}
        self.scene.change(Process, self.scene.process_id, languages=["it", "en", "fr"])
        self.scene.change(Office, self.scene.office_id, joining=values, contact_email="office@example.org")

    def page(self, query: str = "") -> Reader:
        return Reader(self.http, f"/join/metro{query}")

    def asks(self, email: str = ADA, purposes: Sequence[str] = ("events",), query: str = "", **typed: str) -> Reader:
        """Somebody fills in the page and sends it."""
        page = self.page(query)
        page.press("join", email=email, purpose=list(purposes), **typed)
        return page

    async def mails(self, to: str = ADA) -> list[Json]:
        """What has come to an address once everything that waited has left, oldest first."""
        self.scene.database.write(lambda session: plan_notices(session, self.clock.now()))
        task = asyncio.ensure_future(run_sender(self._sender()))
        try:
            for _ in range(400):
                if not await asyncio.to_thread(self._count_busy):
                    break
                await asyncio.sleep(0.05)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        listed = await self.sandbox.mail(to)
        return [dict((await self.sandbox.http.get(f"/mail/messages/{one['id']}")).json()) for one in listed]

    async def link(self, to: str = ADA) -> str:
        """The path that the newest mail's button leads to."""
        return self.link_in((await self.mails(to))[-1])

    def link_in(self, mail: Json) -> str:
        (found,) = [urlsplit(one).path for one in mail["links"] if "/joining/confirm/" in one]
        return str(found)

    async def confirms(self, to: str = ADA) -> Reader:
        """Somebody opens the link of their newest mail and presses the button."""
        page = Reader(self.http, await self.link(to))
        page.press("confirm")
        return page

    def members(self) -> list[Membership]:
        return self.rows(Membership)

    def rows(self, table: Any) -> list[Any]:
        return list(self.scene.database.read(lambda s: s.scalars(select(table).order_by(table.id)).all()))

    def alive(self) -> list[Participant]:
        return [one for one in self.rows(Participant) if one.erased_at is None and one.merged_into is None]

    def granted(self, person: int) -> dict[tuple[str, str], bool]:
        return self.scene.database.read(lambda s: consents(s, person, self.scene.office_id))

    def audience(self) -> int:
        """How many the office's widest audience holds."""
        clause = audience_clause(core_predicates())
        rule = {"not": {"zone": "nowhere"}}
        office, now = self.scene.office_id, self.clock.now()
        return self.scene.database.read(lambda s: preview(s, clause(rule, office, now), office).count)

    def traces(self) -> tuple[int, int, int]:
        """How many requests, addresses and consents there are."""
        return len(self.rows(JoinRequest)), len(self.rows(Address)), len(self.rows(Consent))

    def knows(self, email: str = ADA, **known: Any) -> int:
        """Somebody whom the office knows already."""
        person = self.scene.participant(**known)
        values = {"proved_at": None, "blocked_at": None, "created_at": self.scene.now}
        self.scene.insert(Address, participant_id=person, channel="email", value=email, **values)
        return person

    def _count_busy(self) -> int:
        busy = select(Delivery.id).where(Delivery.state.in_(BUSY))
        return len(self.scene.database.read(lambda s: s.scalars(busy).all()))

    def _sender(self) -> SenderDeps:
        urls = PublicUrls(self.web.url, "https://t.me/bot")
        return SenderDeps(
            database=self.scene.database,
            clock=self.clock,
            links=self.web.deps.links,
            voice=Voice("Office <office@example.org>", urls, "example.org"),
            channels=(EmailChannel(parse_relay(self.sandbox.addresses.smtp)),),
            paces=FAST_PACES,
            name=self.web.deps.ids.token(),
        )
