"""Calls as staff see them: the last ones, a test, and a replay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.ids import Ids
from core.staff.audit import Act, record
from core.webhooks.emitting import Happening, NewCall, keep_calls, new_event_id
from core.webhooks.errors import CallUnknown
from core.webhooks.keeping import Actor
from core.webhooks.kinds import CallState, Kind
from core.webhooks.tables import Webhook, WebhookCall

KEPT = timedelta(days=30)
BATCH = 1000  # replayed in one transaction, so that nobody waits for it
SETTLED = (CallState.DONE.value, CallState.FAILED.value)


@dataclass(frozen=True)
class CallRow:
    """A call in a list; `status` is the last HTTP status, `detail` why there was none."""

    id: int
    event_id: str
    kind: str
    happened_at: datetime
    state: str
    attempts: int
    due_at: datetime
    status: int | None
    detail: str
    settled_at: datetime | None

    @property
    def may_be_replayed(self) -> bool:
        return self.state in SETTLED


def last_calls(
    session: Session, webhook_id: int, most: int, page: int = 0, only: tuple[str, str] = ("", "")
) -> list[CallRow]:
    """The newest first, `only` those of a kind and in a state; one more than `most` when there is a next page."""
    columns = [getattr(WebhookCall, name) for name in CallRow.__dataclass_fields__]
    statement = select(*columns).where(WebhookCall.webhook_id == webhook_id).order_by(WebhookCall.id.desc())
    kind, state = only
    if kind:
        statement = statement.where(WebhookCall.kind == kind)
    if state:
        statement = statement.where(WebhookCall.state == state)
    return [CallRow(*row) for row in session.execute(statement.offset(page * most).limit(most + 1))]


def add_test(session: Session, webhook: Webhook, actor: Actor, ids: Ids, now: datetime) -> str:
    """A call that says nothing but that the webhook works; its event's id."""
    event_id = new_event_id(ids)
    keep_calls(session, [NewCall(webhook.id, event_id, Happening(Kind.TEST, webhook.office_id))], now)
    record(session, Act("webhook.tested", f"webhook:{webhook.id}", actor.account_id, webhook.office_id), now)
    return event_id


def replay_call(session: Session, webhook: Webhook, call_id: int, actor: Actor, now: datetime) -> None:
    """Sends a finished call again, under the same id; raises CallUnknown."""
    if not _replay(session, webhook, actor, now, WebhookCall.id == call_id, WebhookCall.state.in_(SETTLED)):
        raise CallUnknown(number=call_id, days=KEPT.days)


def given_up(session: Session, webhook_id: int, since: datetime) -> list[list[int]]:
    """The calls that were given up and happened since, in batches to be replayed one after the other."""
    failed = WebhookCall.state == CallState.FAILED, WebhookCall.happened_at >= since
    found = select(WebhookCall.id).where(WebhookCall.webhook_id == webhook_id, *failed).order_by(WebhookCall.id)
    ids = list(session.scalars(found))
    return [ids[first : first + BATCH] for first in range(0, len(ids), BATCH)]


def replay_failed(session: Session, webhook: Webhook, batch: Collection[int], actor: Actor, now: datetime) -> int:
    """Sends a batch of calls again as far as they are given up; how many."""
    failed = WebhookCall.id.in_(batch), WebhookCall.state == CallState.FAILED
    return _replay(session, webhook, actor, now, *failed)


def _replay(session: Session, webhook: Webhook, actor: Actor, now: datetime, *which: ColumnElement[bool]) -> int:
    again = {"state": CallState.WAITING.value, "due_at": now, "attempts": 0, "settled_at": None}
    changed = session.execute(
        update(WebhookCall)
        .where(WebhookCall.webhook_id == webhook.id, *which)
        .values(again)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(changed, CursorResult)
    count = changed.rowcount
    if count:
        act = Act("webhook.replayed", f"webhook:{webhook.id}", actor.account_id, webhook.office_id, {"calls": count})
        record(session, act, now)
    return count
