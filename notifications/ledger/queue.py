"""Who takes which deliveries, and for how long: claims with a lease, hand-over, recovery.

Leases are on the machine's clock: the office's may be moved by hours, and a living sender
must not look dead for it. What happened is noted on the office's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate, Update

from core.database.many import Numbers, among
from notifications.ledger.states import DeliveryState, Kind, MailingState, Reason
from notifications.ledger.tables import IS_IN_HANDS, IS_PLANNED, Delivery, Mailing

ASKING = "notice-confirm-join"
FAR = 20  # a lease so many times too long was made before the machine's clock went back
IN_HANDS = (DeliveryState.CLAIMED, DeliveryState.HANDED_OVER)


@dataclass(frozen=True)
class Claimer:
    """A sender process: its name, like no other's, and how long a claim lasts without a sign of life."""

    name: str
    lease: timedelta


@dataclass(frozen=True)
class Moment:
    """One instant on both clocks: the office's and the machine's."""

    now: datetime
    machine: datetime


def claim_batch(session: Session, claimer: Claimer, channel: str, most: int, moment: Moment) -> list[int]:
    """Takes up to `most` deliveries of one mailing that are due on a channel: notices first, then the oldest."""
    due = {"way": channel, "now": moment.now}
    mailing_id = session.connection().scalar(_NEXT_MAILING, due)
    if mailing_id is None:
        return []
    until = moment.machine + claimer.lease
    return _changed(session, _CLAIM, {**due, "mailing": mailing_id, "most": most, "who": claimer.name, "until": until})


def _due(mailing_id: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.mailing_id == mailing_id,
        IS_PLANNED,
        Delivery.channel == bindparam("way"),
        Delivery.due_at <= bindparam("now"),
    )


def _next_mailing() -> Select[tuple[int]]:
    """The released mailing whose turn it is. Those that are paused are not looked into, however long."""
    first = select(Delivery.due_at).where(*_due(Mailing.id)).order_by(Delivery.due_at).limit(1)
    due = select(Mailing.id, Mailing.kind, Mailing.slug, first.scalar_subquery().label("first_at")).where(
        Mailing.state == MailingState.RELEASED
    )
    waiting = due.subquery()
    # Anybody can have a mail sent that asks whether somebody wants to join: it takes its turn as mailings do.
    goes_first = and_(waiting.c.kind == Kind.NOTICE, waiting.c.slug != ASKING)
    is_mailing = case((goes_first, 0), else_=1)
    return (
        select(waiting.c.id)
        .where(waiting.c.first_at.is_not(None))
        .order_by(is_mailing, waiting.c.first_at, waiting.c.id)
        .limit(1)
    )


def _claim() -> ReturningUpdate[tuple[int]]:
    # Materialised, because SKIP LOCKED inside IN (...) may be run again for every row.
    chosen = (
        select(Delivery.id)
        .where(*_due(bindparam("mailing")))
        .order_by(Delivery.due_at)
        .limit(bindparam("most", type_=BigInteger()))
        .with_for_update(skip_locked=True, of=Delivery)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    return (
        update(Delivery)
        .where(Delivery.id.in_(select(chosen.c.id)))
        .values(state=DeliveryState.CLAIMED, claimed_by=bindparam("who"), claimed_until=bindparam("until"))
        .returning(Delivery.id)
    )


def _leave() -> ReturningUpdate[tuple[int]]:
    return (
        update(Delivery)
        .where(
            among(Delivery.id, bindparam("ids", type_=Numbers())),
            Delivery.claimed_by == bindparam("who"),
            Delivery.state == DeliveryState.CLAIMED,
        )
        .values(
            state=DeliveryState.HANDED_OVER,
            text_digest=bindparam("text"),
            handed_over_at=bindparam("now"),
            claimed_until=bindparam("until"),
            attempts=Delivery.attempts + 1,
            tries=Delivery.tries + 1,
            message_id=literal("<delivery-") + cast(Delivery.id, String) + literal("@") + bindparam("domain") + ">",
        )
        .returning(Delivery.id)
    )


# What each group of messages asks is written once: writing a statement costs as much as twenty rows of it.
_NEXT_MAILING, _CLAIM, _LEAVE = _next_mailing(), _claim(), _leave()


@dataclass(frozen=True)
class Leaving:
    """Deliveries that are about to leave with one text (SentText, "" for a notice), under Message-IDs of `domain`."""

    ids: Sequence[int]
    text_digest: str
    domain: str


def hand_over(session: Session, claimer: Claimer, leaving: Leaving, moment: Moment) -> list[int]:
    """Notes that these are about to leave; those still ours. To be committed before the first byte."""
    left = {"text": leaving.text_digest, "domain": leaving.domain, "now": moment.now}
    ours = {"ids": leaving.ids, "who": claimer.name, "until": moment.machine + claimer.lease}
    return _changed(session, _LEAVE, left | ours)


def message_id(delivery_id: int, domain: str) -> str:
    """The Message-ID of a delivery, the same at every try."""
    return f"<delivery-{delivery_id}@{domain}>"


def put_back(session: Session, claimer: Claimer, ids: Sequence[int], due_at: datetime | None = None) -> None:
    """Gives up claims on what has not left: due as before, or at a later time."""
    values: dict[str, object] = {"state": DeliveryState.PLANNED, "claimed_by": "", "claimed_until": None}
    if due_at is not None:
        values["due_at"] = due_at
    _count(session, update(Delivery).where(_ours(claimer, ids), Delivery.state == DeliveryState.CLAIMED).values(values))


def take_back(session: Session, claimer: Claimer, ids: Sequence[int]) -> None:
    """Plans those again that were to leave and have not begun to: it was no try, and they keep their place."""
    _count(
        session,
        update(Delivery)
        .where(_ours(claimer, ids), Delivery.state.in_((DeliveryState.HANDED_OVER, DeliveryState.IN_DOUBT)))
        .values(
            state=DeliveryState.PLANNED,
            reason="",
            attempts=Delivery.attempts - 1,
            tries=Delivery.tries - 1,
            claimed_by="",
            claimed_until=None,
        ),
    )


def doubt(session: Session, claimer: Claimer, delivery_id: int, reason: str) -> None:
    """Calls one in doubt that left and whose outcome cannot be written down."""
    _count(
        session,
        update(Delivery)
        .where(_ours(claimer, [delivery_id]), Delivery.state == DeliveryState.HANDED_OVER)
        .values(state=DeliveryState.IN_DOUBT, reason=reason, claimed_until=None),
    )


def skip(session: Session, claimer: Claimer, ids: Sequence[int], reason: str, now: datetime) -> None:
    """Settles claimed deliveries that must not leave any more."""
    _count(
        session,
        update(Delivery)
        .where(_ours(claimer, ids), Delivery.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.SKIPPED, reason=reason, settled_at=now, claimed_by="", claimed_until=None),
    )


def reroute(session: Session, claimer: Claimer, delivery_id: int, channel: str, address_id: int) -> None:
    """Lets a delivery of ours go by another channel, at once; one that somebody else took over stays theirs."""
    _count(
        session,
        update(Delivery)
        .where(_ours(claimer, [delivery_id]), Delivery.state.in_((*IN_HANDS, DeliveryState.IN_DOUBT)))
        .values(_by(channel, address_id)),
    )


def reroute_bounced(session: Session, delivery_id: int, channel: str, address_id: int, now: datetime) -> None:
    """Lets a delivery that came back go by another channel, from `now` on."""
    _count(
        session,
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.BOUNCED)
        .values(_by(channel, address_id) | {"reason": "", "due_at": now, "settled_at": None}),
    )


def _by(channel: str, address_id: int) -> dict[str, object]:
    return {
        "state": DeliveryState.PLANNED,
        "channel": channel,
        "address_id": address_id,
        "tries": 0,
        "claimed_by": "",
        "claimed_until": None,
    }


def keep_alive(session: Session, claimer: Claimer, moment: Moment) -> int:
    """Extends the leases of a living sender; how many it holds."""
    return _count(
        session,
        update(Delivery)
        .where(_held_by(claimer), Delivery.state.in_(IN_HANDS))
        .values(claimed_until=moment.machine + claimer.lease),
    )


def release_lost(session: Session, claimer: Claimer, held: Collection[int]) -> int:
    """Puts back what stands under a living sender's name while it holds it no longer; how many.

    So a database error leaves things: after a claim or hand-over whose commit nobody heard of, or between
    the two. A sender that did not hear of the hand-over did not send.
    """
    return _count(
        session,
        update(Delivery)
        .where(_held_by(claimer), Delivery.state.in_(IN_HANDS), ~among(Delivery.id, held))
        .values(state=DeliveryState.PLANNED, claimed_by="", claimed_until=None),
    )


def release_all(session: Session, claimer: Claimer) -> int:
    """Puts back what a sender that stops has claimed and not handed over."""
    return _count(
        session,
        update(Delivery)
        .where(_held_by(claimer), Delivery.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.PLANNED, claimed_by="", claimed_until=None),
    )


def skip_cancelled(session: Session, now: datetime) -> None:
    """Settles what waits of cancelled mailings, also what came back to the queue after the cancellation."""
    cancelled = select(Mailing.id).where(Mailing.state == MailingState.CANCELLED)
    # What somebody holds just now is looked at another time: nobody waits here for a sender, nor a sender for us.
    chosen = (
        select(Delivery.id)
        .where(IS_PLANNED, Delivery.mailing_id.in_(cancelled))
        .with_for_update(skip_locked=True)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    _count(
        session,
        update(Delivery)
        .where(Delivery.id.in_(select(chosen.c.id)))
        .values(state=DeliveryState.SKIPPED, reason=Reason.CANCELLED, settled_at=now),
    )


@dataclass(frozen=True)
class Recovered:
    """What dead senders left: how many go again because nothing had left, how many are in doubt."""

    again: int
    in_doubt: int


def recover(session: Session, claimer: Claimer, moment: Moment) -> Recovered:
    """Takes over from senders whose leases ran out. What was handed over is never resent by itself."""
    dead = and_(
        IS_IN_HANDS,
        Delivery.claimed_by != claimer.name,
        or_(
            Delivery.claimed_until < moment.machine,
            Delivery.claimed_until > moment.machine + claimer.lease * FAR,
        ),
    )
    again = _count(
        session,
        update(Delivery)
        .where(Delivery.state == DeliveryState.CLAIMED, dead)
        .values(state=DeliveryState.PLANNED, claimed_by="", claimed_until=None),
    )
    in_doubt = _count(
        session,
        update(Delivery)
        .where(Delivery.state == DeliveryState.HANDED_OVER, dead)
        .values(state=DeliveryState.IN_DOUBT, reason="sender-died", claimed_until=None),
    )
    return Recovered(again, in_doubt)


def _ours(claimer: Claimer, ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(among(Delivery.id, ids), Delivery.claimed_by == claimer.name)


def _held_by(claimer: Claimer) -> ColumnElement[bool]:
    return and_(Delivery.claimed_by == claimer.name, IS_IN_HANDS)


def _changed(session: Session, statement: ReturningUpdate[tuple[int]], given: Mapping[str, Any]) -> list[int]:
    """Past the session's own books, which hold no deliveries here and would cost as much as the statement."""
    return sorted(session.connection().scalars(statement, given))


def _count(session: Session, statement: Update) -> int:
    return session.connection().execute(statement).rowcount
