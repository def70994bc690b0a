"""How things stand at the moment of sending, for a whole batch in one query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, and_, bindparam, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.database.many import Numbers, among
from core.people.channels import TELEGRAM
from core.people.tables import Address, Consent, Membership, Participant, Suppression
from notifications.ledger.budget import WEEK, told_lately
from notifications.ledger.states import DeliveryState, Kind
from notifications.ledger.tables import Attempt, Delivery, Mailing, Occurrence
from surveys.responses.tables import Response

CHAT_PAUSE = timedelta(seconds=1)  # Bot FAQ: no more than one message a second in one chat


class Candidate(NamedTuple):
    """A claimed delivery with everything that decides whether it still leaves, and how; in the order it is read."""

    id: int
    mailing_id: int
    participant_id: int
    office_id: int | None
    round_id: int | None
    kind: str
    mailing_state: str
    channel: str
    only_channel: str
    address_id: int | None
    address: str | None
    is_usable: bool
    is_suppressed: bool
    is_allowed: bool
    has_answered: bool
    was_just_written_to: bool
    is_over_budget: bool
    is_gone: bool
    language: str
    name: str
    paused_until: datetime | None
    attempts: int
    tries: int
    values: dict[str, Any] | None  # a notice's own
    has_voted: bool = False  # in the poll the mailing asks about, likewise
    reply: str = ""  # to the event the mailing is about: asked for once it is known which
    came: bool = False  # to it, where the mailing regrets that they did not
    booked: bool = False  # for it, where the mailing offers appointments


def candidates(session: Session, ids: Sequence[int], now: datetime, contact_budget: int = 0) -> list[Candidate]:
    """The claimed deliveries among `ids`, as they stand now; notices first."""
    given = {
        "ids": ids,
        "just_now": now - CHAT_PAUSE,
        "soon": now + CHAT_PAUSE,
        "week_ago": now - WEEK,
        "contact_budget": contact_budget,
    }
    rows = session.connection().execute(_statement(has_budget=contact_budget > 0), given)
    return list(starmap(Candidate, rows))


@cache
def _statement(*, has_budget: bool) -> Executable:
    """Built once: writing it costs as much as a hundred rows of it."""
    return (
        select(
            Delivery.id,
            Delivery.mailing_id,
            Delivery.participant_id,
            Mailing.office_id,
            Mailing.round_id,
            Mailing.kind,
            Mailing.state,
            Delivery.channel,
            Occurrence.channel,
            Delivery.address_id,
            Address.value,
            _usable(),
            _suppressed(),
            or_(Mailing.kind == Kind.NOTICE, _allowed()),
            _answered(),
            _just_written_to(),
            and_(Mailing.kind != Kind.NOTICE, _over_budget()) if has_budget else false(),
            or_(Participant.erased_at.is_not(None), Participant.merged_into.is_not(None)),
            Participant.language,
            func.coalesce(Membership.name, ""),
            Participant.paused_until,
            Delivery.attempts,
            Delivery.tries,
            case((Mailing.kind == Kind.NOTICE, Occurrence.values)),  # others have none to be read
        )
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .join(Participant, Participant.id == Delivery.participant_id)
        .outerjoin(Address, Address.id == Delivery.address_id)
        .outerjoin(Membership, _member())
        .outerjoin(Consent, _consent())
        .where(among(Delivery.id, bindparam("ids", type_=Numbers())), Delivery.state == DeliveryState.CLAIMED)
        .order_by(Delivery.priority, Delivery.id)
    )


def other_address(session: Session, delivery_id: int, channel: str) -> int | None:
    """An address of the person on another channel that this delivery may take and has not tried yet."""
    allowed = or_(Mailing.kind == Kind.NOTICE, _allowed())
    usable = and_(Address.channel == channel, _usable(), ~_suppressed())
    tried = exists().where(Attempt.delivery_id == Delivery.id, Attempt.channel == channel)
    statement = (
        select(Address.id)
        .select_from(Delivery)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .join(Address, Address.participant_id == Delivery.participant_id)
        .outerjoin(Membership, _member())
        .outerjoin(Consent, _consent())
        .where(Delivery.id == delivery_id, Occurrence.channel.in_(["", channel]), usable, allowed, ~tried)
        .order_by(Address.id)
        .limit(1)
    )
    return session.scalar(statement)


def _member() -> ColumnElement[bool]:
    return and_(
        Membership.participant_id == Delivery.participant_id,
        Membership.office_id == Mailing.office_id,
        Membership.left_at.is_(None),
    )


def _consent() -> ColumnElement[bool]:
    return and_(
        Consent.participant_id == Delivery.participant_id,
        Consent.office_id == Mailing.office_id,
        Consent.purpose == Mailing.purpose,
        Consent.channel == Address.channel,
        Consent.ended_at.is_(None),
    )


def _usable() -> ColumnElement[bool]:
    """There is an address; a chat only after its person came to it, and until they stop it."""
    joined = and_(Address.proved_at.is_not(None), Address.blocked_at.is_(None))
    return and_(Address.value.is_not(None), or_(Address.channel != TELEGRAM, joined))


def _allowed() -> ColumnElement[bool]:
    """By the person's own word on the purpose, else by what the office may do without one."""
    by_law = and_(Consent.id.is_(None), func.coalesce(Membership.legal_basis, "") == "public-task")
    return or_(func.coalesce(Consent.granted, false()), by_law)


def _suppressed() -> ColumnElement[bool]:
    return exists().where(
        Suppression.channel == Address.channel, Suppression.value == Address.value, Suppression.lifted_at.is_(None)
    )


def _answered() -> ColumnElement[bool]:
    return exists().where(
        Response.round_id == Mailing.round_id,
        Response.participant_id == Delivery.participant_id,
        Response.state == "complete",
    )


def _over_budget() -> ColumnElement[bool]:
    week_ago = bindparam("week_ago", type_=Delivery.due_at.type)
    return told_lately(Delivery.participant_id, week_ago, Delivery.id) >= bindparam("contact_budget")


def _just_written_to() -> ColumnElement[bool]:
    other = aliased(Delivery)
    just_now, soon = (bindparam(name, type_=Delivery.due_at.type) for name in ("just_now", "soon"))
    # With an end too: after the clock went back, what left "later" says nothing of this second.
    left = and_(other.handed_over_at > just_now, other.handed_over_at < soon)
    ended = and_(other.state == DeliveryState.SENT, other.settled_at > just_now, other.settled_at < soon)
    return and_(
        Delivery.channel == TELEGRAM,
        exists().where(
            other.participant_id == Delivery.participant_id,
            other.id != Delivery.id,
            other.channel == TELEGRAM,
            # A message of several parts is under way until it was settled.
            or_(left, ended, other.state == DeliveryState.HANDED_OVER),
        ),
    )
