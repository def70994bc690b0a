"""Writes down what became of deliveries that were handed over, a group at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.people.tables import Address
from core.webhooks.kinds import Kind
from notifications.channels.contract import Delivered, Outcome, RecipientGone
from notifications.ledger.candidates import other_address
from notifications.ledger.happenings import emit_deliveries
from notifications.ledger.queue import Claimer, reroute, take_back
from notifications.ledger.states import TELEGRAM, DeliveryState
from notifications.ledger.tables import Attempt, Delivery
from notifications.sending.retry import Decision, Done, Doubt, Fallback, GiveUp, PutBack, Retry

DETAIL = 300  # characters kept of what the other side said
UNKEPT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # what a relay may say and a database may refuse


@dataclass(frozen=True)
class Tried:
    """One try: the delivery, its number, and what came of it."""

    delivery_id: int
    attempt: int
    tries: int  # by this channel
    channel: str
    address_id: int | None
    outcome: Outcome
    decision: Decision


def record(session: Session, claimer: Claimer, tries: Sequence[Tried], now: datetime) -> None:
    """Settles deliveries, or puts them back for another try or channel.

    Also speaks for those that another sender has meanwhile called in doubt: this one knows.
    """
    tries = _still_ours(session, claimer, tries)
    take_back(session, claimer, [one.delivery_id for one in tries if isinstance(one.decision, PutBack)])
    tries = [one for one in tries if not isinstance(one.decision, PutBack)]
    note_attempts(session, _attempts(tries, now))
    _note_blocked(session, tries, now)
    rows = [_row(one, now) for one in tries if not isinstance(one.decision, Fallback)]
    _write(session, rows)
    emit_deliveries(session, Kind.DELIVERED, [one.delivery_id for one in tries if isinstance(one.decision, Done)], now)
    for one in tries:
        if isinstance(one.decision, Fallback):
            _fall_back(session, claimer, one, one.decision, now)


def _still_ours(session: Session, claimer: Claimer, tries: Sequence[Tried]) -> list[Tried]:
    """Locked until the commit: a bounce that comes meanwhile waits, and one that came before stands."""
    states = (DeliveryState.HANDED_OVER, DeliveryState.IN_DOUBT)
    statement = (
        select(Delivery.id)
        .where(
            Delivery.id.in_([one.delivery_id for one in tries]),
            Delivery.claimed_by == claimer.name,
            Delivery.state.in_(states),
        )
        .order_by(Delivery.id)
        .with_for_update(key_share=True)
    )
    ours = set(session.scalars(statement))
    return [one for one in tries if one.delivery_id in ours]


def _row(one: Tried, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "b_id": one.delivery_id,
        "state": DeliveryState.PLANNED.value,
        "reason": "",
        "provider_id": "",
        "settled_at": now,
        "attempts": one.attempt,
        "tries": one.tries,
        "due_at": None,
    }
    match one.decision:
        case Done(provider_id):
            row |= {"state": DeliveryState.SENT.value, "provider_id": _kept(provider_id)}
        case GiveUp(reason):
            row |= {"state": DeliveryState.FAILED.value, "reason": reason}
        case Doubt(reason):
            row |= {"state": DeliveryState.IN_DOUBT.value, "reason": reason, "settled_at": None}
        case Retry(at, counts):
            row |= {"due_at": at, "settled_at": None}
            if not counts:
                row |= {"attempts": one.attempt - 1, "tries": one.tries - 1}
    return row


def _kept(said: str) -> str:
    return UNKEPT.sub(" ", said)[:DETAIL]


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    table = Delivery.__table__
    settled = [row for row in rows if row["due_at"] is None]
    again = [row for row in rows if row["due_at"] is not None]
    names = ("state", "reason", "provider_id", "settled_at", "attempts", "tries")
    for group, extra in ((settled, ()), (again, ("due_at",))):
        if group:
            values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in (*names, *extra)}
            statement = update(Delivery).where(table.c.id == bindparam("b_id")).values(values | {"claimed_until": None})
            session.connection().execute(statement, [_bound(row, (*names, *extra)) for row in group])


def _bound(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {"b_id": row["b_id"]} | {f"b_{name}": row[name] for name in names}


def note_attempts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keeps what came of tries; of one that is told of twice (in doubt, then a bounce) the last word stands."""
    if rows:
        added = insert_into(session, Attempt)
        told = {name: added.excluded[name] for name in ("channel", "at", "outcome", "detail")}
        key = (Attempt.delivery_id, Attempt.number)
        session.execute(added.on_conflict_do_update(index_elements=key, set_=told), rows)


def _attempts(tries: Sequence[Tried], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "delivery_id": one.delivery_id,
            "number": one.attempt,
            "channel": one.channel,
            "at": now,
            "outcome": type(one.outcome).__name__,
            "detail": _kept(getattr(one.outcome, "detail", "")),
        }
        for one in tries
        if _is_noted(one)
    ]


def _is_noted(one: Tried) -> bool:
    if isinstance(one.decision, Done):  # not all of its parts arrived
        return isinstance(one.outcome, Delivered) and bool(one.outcome.detail)
    return not isinstance(one.decision, Retry) or one.decision.counts


def _note_blocked(session: Session, tries: Sequence[Tried], now: datetime) -> None:
    """Who stopped the bot is not written to there again, until they come back to it."""
    gone = [one.address_id for one in tries if one.channel == TELEGRAM and isinstance(one.outcome, RecipientGone)]
    if gone:
        session.execute(
            update(Address)
            .where(and_(Address.id.in_(gone), Address.blocked_at.is_(None)))
            .values(blocked_at=now)
            .execution_options(synchronize_session=False)
        )


def _fall_back(session: Session, claimer: Claimer, one: Tried, decision: Fallback, now: datetime) -> None:
    address_id = other_address(session, one.delivery_id, decision.channel)
    if address_id is not None:
        reroute(session, claimer, one.delivery_id, decision.channel, address_id)
        return
    _write(session, [_row(replace(one, decision=GiveUp(decision.reason)), now)])
