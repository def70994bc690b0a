"""Who takes which calls, and for how long; and what became of them. Leases as in the ledger of deliveries.

A call whose sender died is made again: unlike a message to a person, a call that arrives twice does no harm, since the
receiver knows it by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Delete, Update

from core.people.merged import all_of
from core.people.store import remaining
from core.people.tables import Membership
from core.process.tables import Office
from core.webhooks.calls import KEPT
from core.webhooks.kinds import CallState, WebhookState
from core.webhooks.tables import Webhook, WebhookCall
from notifications.hooks.deciding import WAITS, Again, Answered, Decision, Done, GiveUp, NoAnswer, NotTried, Outcome
from notifications.ledger.queue import FAR, Claimer, Moment

QUIETLY = {"synchronize_session": False}
MOST_FORGOTTEN = 1000  # at once, so that nobody waits for it


@dataclass(frozen=True)
class Call:
    """A claimed call with what it takes to make it; `reference` is the person's in that office, "" for none."""

    id: int
    webhook: Webhook
    event_id: str
    kind: str
    office: str
    reference: str
    has_person: bool
    data: dict[str, Any]
    happened_at: datetime
    attempts: int


@dataclass(frozen=True)
class Room:
    """How many calls a webhook may get now, and whether it is failing."""

    webhook_id: int
    failing: bool
    most: int


def due_webhooks(session: Session, now: datetime) -> dict[int, bool]:
    """The webhooks that calls are due for, and whether each is failing."""
    due = select(WebhookCall.id).where(
        WebhookCall.webhook_id == Webhook.id, WebhookCall.state == CallState.WAITING, WebhookCall.due_at <= now
    )
    statement = select(Webhook.id, Webhook.failing_since).where(
        Webhook.state == WebhookState.ACTIVE,
        or_(Webhook.held_until.is_(None), Webhook.held_until <= now),
        due.exists(),
    )
    return {row.id: row.failing_since is not None for row in session.execute(statement)}


def claim(session: Session, claimer: Claimer, wanted: Sequence[Room], moment: Moment) -> list[Call]:
    """Takes due calls of each webhook, the oldest first; of a failing one that which was tried most.

    Otherwise each call of a long queue would be tried once before any is given up, and nobody would learn of it.
    """
    claimed: list[int] = []
    for room in wanted:
        first = _most_tried(session, room.webhook_id, moment) if room.failing else ()
        # Materialised, because SKIP LOCKED inside IN (...) may be run again for every row.
        chosen = (
            select(WebhookCall.id)
            .where(*_due(room.webhook_id, moment), *first)
            .order_by(WebhookCall.due_at)
            .limit(room.most)
            .with_for_update(skip_locked=True, of=WebhookCall)
            .cte("chosen")
            .prefix_with("MATERIALIZED")
        )
        take = (
            update(WebhookCall)
            .where(WebhookCall.id.in_(select(chosen.c.id)))
            .values(state=CallState.CLAIMED, claimed_by=claimer.name, claimed_until=moment.machine + claimer.lease)
            .returning(WebhookCall.id)
        )
        claimed += session.scalars(take, execution_options=QUIETLY)
    return _load(session, claimed)


def _due(webhook_id: int, moment: Moment) -> tuple[ColumnElement[bool], ...]:
    waiting = WebhookCall.webhook_id == webhook_id, WebhookCall.state == CallState.WAITING
    return *waiting, WebhookCall.due_at <= moment.now


def _most_tried(session: Session, webhook_id: int, moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """What picks the due calls with the most tries: one look for each number, where sorting would read the queue."""
    levels = range(len(WAITS), 0, -1)
    due = [
        select(WebhookCall.id).where(*_due(webhook_id, moment), WebhookCall.attempts == one).exists() for one in levels
    ]
    found = session.execute(select(*(one.label(f"tried_{times}") for times, one in zip(levels, due, strict=True))))
    return next(
        ((WebhookCall.attempts == times,) for times, is_due in zip(levels, found.one(), strict=True) if is_due), ()
    )


def settle(session: Session, claimer: Claimer, call: Call, outcome: Outcome, decision: Decision, now: datetime) -> None:  # noqa: PLR0913, PLR0917
    """Writes down what came of a call, unless somebody else has taken it over."""
    values: dict[str, Any] = {"claimed_by": "", "claimed_until": None}
    if not isinstance(outcome, NotTried):
        values |= {"attempts": call.attempts + 1} | _answer(outcome)
        _note(session, call.webhook.id, decision, now)
    match decision:
        case Done():
            values |= {"state": CallState.DONE, "settled_at": now}
        case Again(at):
            values |= {"state": CallState.WAITING, "due_at": at}
        case GiveUp():
            values |= {"state": CallState.FAILED, "settled_at": now}
    mine = WebhookCall.id == call.id, WebhookCall.state == CallState.CLAIMED, WebhookCall.claimed_by == claimer.name
    session.execute(update(WebhookCall).where(*mine).values(values), execution_options=QUIETLY)


def put_back(session: Session, claimer: Claimer) -> int:
    """Gives back what a sender that stops has in its hands; it leaves again by another one."""
    claimed = WebhookCall.state == CallState.CLAIMED, WebhookCall.claimed_until.is_not(None)
    mine = *claimed, WebhookCall.claimed_by == claimer.name
    return _count(session, update(WebhookCall).where(*mine).values(_free()))


def recover(session: Session, claimer: Claimer, held: Sequence[int], moment: Moment) -> int:
    """Frees what dead senders had in their hands, and what a database error left under our own name."""
    dead = or_(
        WebhookCall.claimed_until < moment.machine,
        WebhookCall.claimed_until > moment.machine + claimer.lease * FAR,
        and_(WebhookCall.claimed_by == claimer.name, WebhookCall.id.not_in(held)),
    )
    claimed = WebhookCall.state == CallState.CLAIMED, WebhookCall.claimed_until.is_not(None)
    return _count(session, update(WebhookCall).where(*claimed, dead).values(_free()))


def forget_old(session: Session, now: datetime) -> int:
    """Deletes calls older than thirty days, whatever became of them; how many."""
    oldest = (
        select(WebhookCall.id, WebhookCall.happened_at)
        .order_by(WebhookCall.id)
        .limit(MOST_FORGOTTEN)
        .subquery("oldest")
    )
    over = select(oldest.c.id).where(oldest.c.happened_at < now - KEPT)
    return _count(session, delete(WebhookCall).where(WebhookCall.id.in_(over)))


def _load(session: Session, ids: Sequence[int]) -> list[Call]:
    member = and_(Membership.participant_id == WebhookCall.participant_id, Membership.office_id == Webhook.office_id)
    statement = (
        select(WebhookCall, Webhook, Office.slug, Membership.reference)
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .join(Office, Office.id == Webhook.office_id)
        .outerjoin(Membership, member)
        .where(WebhookCall.id.in_(ids))
        .order_by(WebhookCall.id)
    )
    return [
        Call(
            id=one.id,
            webhook=webhook,
            event_id=one.event_id,
            kind=one.kind,
            office=slug,
            reference=reference or _reference(session, one.participant_id, webhook.office_id),
            has_person=one.participant_id is not None,
            data=one.data,
            happened_at=one.happened_at,
            attempts=one.attempts,
        )
        for one, webhook, slug, reference in session.execute(statement)
    ]


def _reference(session: Session, participant_id: int | None, office_id: int) -> str:
    """The office's reference for whom it does not know by it directly: merging leaves it with the older row."""
    if participant_id is None:
        return ""
    ids = all_of(session, remaining(session, participant_id))
    theirs = Membership.office_id == office_id, Membership.participant_id.in_(ids), Membership.reference.is_not(None)
    known = session.scalar(select(Membership.reference).where(*theirs).order_by(Membership.participant_id).limit(1))
    return known or ""


def _note(session: Session, webhook_id: int, decision: Decision, now: datetime) -> None:
    """What a try says of its receiver; written only when that is news, since every call passes here."""
    mine = update(Webhook).where(Webhook.id == webhook_id).execution_options(**QUIETLY)
    match decision:
        case Done():
            session.execute(mine.where(Webhook.failing_since.is_not(None)).values(failing_since=None))
        case Again(hold=datetime() as hold):
            session.execute(mine.values(failing_since=func.coalesce(Webhook.failing_since, now), held_until=hold))
        case GiveUp(broken=True):
            state = case((Webhook.state == WebhookState.ACTIVE, WebhookState.BROKEN.value), else_=Webhook.state)
            session.execute(mine.values(failing_since=func.coalesce(Webhook.failing_since, now), state=state))
        case _:
            session.execute(mine.where(Webhook.failing_since.is_(None)).values(failing_since=now))


def _answer(outcome: Answered | NoAnswer) -> dict[str, Any]:
    if isinstance(outcome, Answered):
        return {"status": outcome.status, "detail": ""}
    return {"status": None, "detail": outcome.detail}


def _free() -> dict[str, Any]:
    return {"state": CallState.WAITING, "claimed_by": "", "claimed_until": None}


def _count(session: Session, statement: Update | Delete) -> int:
    result = session.execute(statement, execution_options=QUIETLY)
    assert isinstance(result, CursorResult)
    return result.rowcount
