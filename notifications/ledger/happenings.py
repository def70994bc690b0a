"""What webhooks are told of deliveries: mailings and reminders, not the codes and notices of the service itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from core.database.many import Numbers, among
from core.process.tables import Process
from core.webhooks.emitting import Happening, NewCall, held, keep_calls, new_event_id, subscribed
from core.webhooks.kinds import Kind
from core.webhooks.tables import Webhook
from notifications.ledger.states import Kind as MailingKind
from notifications.ledger.tables import Delivery, Mailing


def emit_deliveries(session: Session, kind: Kind, ids: Sequence[int], now: datetime, **more: Any) -> None:
    """Leaves a call for each delivery and each webhook that wants the kind; one statement where none does."""
    if not ids:
        return
    events: dict[int, str] = {}
    calls = []
    for row in session.connection().execute(_wanted(kind), {"ids": ids}):
        data = {"process": row.process, "mailing": row.mailing, "delivery": row.id, "channel": row.channel, **more}
        event_id = events.setdefault(row.id, new_event_id())
        happening = Happening(kind, row.office_id, row.participant_id, data=data)
        calls.append(NewCall(row.webhook_id, event_id, happening))
    if calls:
        keep_calls(session, calls, now)


@cache
def _wanted(kind: Kind) -> Select[int, int | None, int, int, str, str, str]:
    return held(
        select(
            Webhook.id.label("webhook_id"), Mailing.office_id, Delivery.participant_id, Delivery.id, Delivery.channel,
            Mailing.slug.label("mailing"), Process.slug.label("process"),
        )
        .join(Mailing, Mailing.office_id == Webhook.office_id)
        .join(Delivery, Delivery.mailing_id == Mailing.id)
        .join(Process, Process.id == Mailing.process_id)
        .where(
            subscribed(kind), Mailing.kind != MailingKind.NOTICE, among(Delivery.id, bindparam("ids", type_=Numbers()))
        )
        .order_by(Delivery.id, Webhook.id)
    )  # fmt: skip
