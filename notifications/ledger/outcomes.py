"""Writes down what became of deliveries that were handed over, a group at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update

from core.database.inserting import insert_into
from core.database.many import Numbers, among, words_in
from core.people.channels import TELEGRAM
from core.people.tables import Address
from core.webhooks.kinds import Kind
from notifications.channels.contract import Delivered, Outcome, RecipientGone
from notifications.ledger.candidates import other_address
from notifications.ledger.happenings import emit_deliveries
from notifications.ledger.queue import Claimer, reroute, take_back
from notifications.ledger.states import DeliveryState
from notifications.ledger.tables import Attempt, Delivery
from notifications.sending.retry import Decision, Done, Doubt, Fallback, GiveUp, PutBack, Retry

DETAIL = 300  # characters kept of what the other side said
UNKEPT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # what a relay may say and a database may refuse


class Tried(NamedTuple):
    """One try: the delivery, its number, and what came of it."""

    delivery_id: int
    attempt: int
    channel: str
    address_id: int | None
    outcome: Outcome
    decision: Decision


def record(session: Session, claimer: Claimer, tries: Sequence[Tried], now: datetime) -> None:
    """Settles deliveries, or puts them back for another try or channel.

    Also speaks for those that another sender has meanwhile called in doubt: this one knows.
    """
    tries = _still_ours(session, claimer, tries)
    if back := [one.delivery_id for one in tries if isinstance(one.decision, PutBack)]:
        take_back(session, claimer, back)
        tries = [one for one in tries if not isinstance(one.decision, PutBack)]
    note_attempts(session, _attempts(tries, now))
    _note_blocked(session, tries, now)
    _settle(session, tries, now)
    emit_deliveries(session, Kind.DELIVERED, [one.delivery_id for one in tries if isinstance(one.decision, Done)], now)
    for one in tries:
        if isinstance(one.decision, Fallback):
            _fall_back(session, claimer, one, one.decision, now)


def _still_ours(session: Session, claimer: Claimer, tries: Sequence[Tried]) -> list[Tried]:
    """Locked until the commit: a bounce that comes meanwhile waits, and one that came before stands."""
    given = {"ids": [one.delivery_id for one in tries], "who": claimer.name}
    ours = set(session.connection().scalars(_STILL_OURS, given))
    return [one for one in tries if one.delivery_id in ours]


_STILL_OURS = (
    select(Delivery.id)
    .where(
        among(Delivery.id, bindparam("ids", type_=Numbers())),
        Delivery.claimed_by == bindparam("who"),
        Delivery.state.in_((DeliveryState.HANDED_OVER, DeliveryState.IN_DOUBT)),
    )
    .order_by(Delivery.id)
    .with_for_update(key_share=True)
)


class Ending(NamedTuple):
    """What becomes of a delivery after a try, the same for nearly all of a group."""

    state: str
    reason: str = ""
    settled_at: datetime | None = None
    due_at: datetime | None = None  # again then
    counts: bool = True


def _ending(decision: Done | GiveUp | Doubt | Retry, now: datetime) -> Ending:
    match decision:
        case Done():
            return Ending(DeliveryState.SENT, settled_at=now)
        case GiveUp(reason):
            return Ending(DeliveryState.FAILED, reason, settled_at=now)
        case Doubt(reason):
            return Ending(DeliveryState.IN_DOUBT, reason)
        case Retry(at, counts):
            return Ending(DeliveryState.PLANNED, due_at=at, counts=counts)


def _settle(session: Session, tries: Sequence[Tried], now: datetime) -> None:
    """One statement for all that ended alike."""
    alike: dict[Ending, dict[int, str]] = {}
    for one in tries:
        if isinstance(one.decision, Done | GiveUp | Doubt | Retry):
            name = _kept(one.decision.provider_id) if isinstance(one.decision, Done) else ""
            alike.setdefault(_ending(one.decision, now), {})[one.delivery_id] = name
    for ending, names in alike.items():
        _end(session, ending, names)


def _end(session: Session, ending: Ending, names: Mapping[int, str]) -> None:
    """`names` are the other side's, by delivery."""
    statement = _ended(session.get_bind().dialect.name, ending.due_at is not None, ending.counts)
    given = {"names": names, "to": ending.state, "why": ending.reason, "at": ending.settled_at, "again": ending.due_at}
    if ending.due_at is None:
        del given["again"]
    session.connection().execute(statement, given)


@cache
def _ended(dialect: str, is_again: bool, counts: bool) -> Update:
    delivery_id, name = words_in(dialect, "names")
    values: dict[str, Any] = {
        "state": bindparam("to"),
        "reason": bindparam("why"),
        "provider_id": name,
        "settled_at": bindparam("at"),
        "claimed_until": None,
    }
    if is_again:
        values["due_at"] = bindparam("again")
    if not counts:
        values |= {"attempts": Delivery.attempts - 1, "tries": Delivery.tries - 1}
    return update(Delivery).where(Delivery.id == delivery_id).values(values)


def _kept(said: str) -> str:
    return UNKEPT.sub(" ", said)[:DETAIL]


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
    _settle(session, [one._replace(decision=GiveUp(decision.reason))], now)
