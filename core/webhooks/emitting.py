"""Writes down what happened for every webhook that wants to know, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, insert, literal, select
from sqlalchemy.orm import Session

from core.ids import Ids, RandomIds
from core.process.tables import Process
from core.webhooks.kinds import CallState, Kind, WebhookState
from core.webhooks.tables import Webhook, WebhookCall

Asked = TypeVarTuple("Asked")


@dataclass(frozen=True)
class Happening:
    """Something that happened in an office; `data` holds ids and short names, never contents or addresses."""

    kind: Kind
    office_id: int
    participant_id: int | None = None
    process_id: int | None = None  # its short name joins the data
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewCall:
    webhook_id: int
    event_id: str
    happening: Happening


def emit(session: Session, happening: Happening, now: datetime) -> None:
    """Leaves a call for every webhook of the office that wants this kind."""
    wanted = (
        select(Webhook.id, Process.slug)
        .outerjoin(Process, Process.id == happening.process_id)
        .where(Webhook.office_id == happening.office_id, subscribed(happening.kind))
    )
    found = session.execute(held(wanted)).all()
    if found:
        if happening.process_id is not None:
            happening = replace(happening, data={"process": found[0].slug, **happening.data})
        event_id = new_event_id()
        keep_calls(session, [NewCall(row.id, event_id, happening) for row in found], now)


def subscribed(kind: Kind) -> ColumnElement[bool]:
    """Of webhooks, those that want a kind of happening; paused ones too."""
    wanted = (literal(" ") + Webhook.kinds + literal(" ")).contains(f" {kind.value} ")
    return and_(wanted, Webhook.state != WebhookState.REMOVED)


def held(statement: Select[*Asked]) -> Select[*Asked]:
    """The webhooks of a statement cannot be removed before the commit that calls them."""
    return statement.with_for_update(key_share=True, read=True, of=Webhook)


def keep_calls(session: Session, calls: Sequence[NewCall], now: datetime) -> None:
    """Writes calls that are due at once."""
    rows = [
        {
            "webhook_id": one.webhook_id,
            "event_id": one.event_id,
            "kind": one.happening.kind.value,
            "participant_id": one.happening.participant_id,
            "data": one.happening.data,
            "happened_at": now,
            "state": CallState.WAITING.value,
            "due_at": now,
        }
        for one in calls
    ]
    session.execute(insert(WebhookCall), rows)


def new_event_id(ids: Ids | None = None) -> str:
    return f"evt_{(ids or RandomIds()).token()}"
