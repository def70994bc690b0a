"""An office with webhooks, and the loop that calls them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.clock import Clock
from core.database.database import Database
from core.ids import RandomIds
from core.links import Links
from core.webhooks.keeping import Actor, NewWebhook, add_webhook
from core.webhooks.kinds import KINDS
from core.webhooks.signing import secret_of
from core.webhooks.tables import Webhook, WebhookCall
from notifications.hooks.loop import HookDeps, run_hooks
from tests.conftest import NOW

SECRET = "a secret of at least thirty-two characters"
LINKS = Links(SECRET)
PRIVATE = Actor(private=True)
ALL = tuple(one.value for one in KINDS)


def hook(database: Database, office_id: int, url: str, kinds: Sequence[str] = ALL) -> int:
    new = NewWebhook(office_id, url, kinds)
    return database.write(lambda session: add_webhook(session, new, PRIVATE, RandomIds(), NOW))


def secret(database: Database, webhook_id: int) -> str:
    return secret_of(LINKS, webhook_id, webhook(database, webhook_id).nonce)


def webhook(database: Database, webhook_id: int) -> Webhook:
    return database.read(lambda session: session.get_one(Webhook, webhook_id))


def calls(database: Database) -> list[WebhookCall]:
    return list(database.read(lambda session: session.scalars(select(WebhookCall).order_by(WebhookCall.id)).all()))


def states(database: Database) -> list[tuple[str, int]]:
    return [(one.state, one.attempts) for one in calls(database)]


@asynccontextmanager
async def calling(database: Database, clock: Clock, name: str = "hooks-1", **options: Any) -> AsyncIterator[None]:
    usual: dict[str, Any] = {"private": True, "lease": timedelta(seconds=60)}
    task = asyncio.ensure_future(run_hooks(HookDeps(database, clock, LINKS, name, **(usual | options))))
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
