"""Writes the ledger of one occurrence: a row for everybody in the audience, in one statement.

Everybody gets a row: planned, with the channel, or skipped, with the reason. The statement
costs the same memory for a thousand people and for a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.people.tables import Address, Consent, Membership, Participant, Suppression
from core.process.attendance import standing_attendance
from core.process.replies import Reply
from notifications.ledger.budget import WEEK, told_lately
from notifications.ledger.events import Asked
from notifications.ledger.states import EMAIL, QUESTIONNAIRES, TELEGRAM, DeliveryState, Kind, Reason
from notifications.ledger.tables import Delivery, Mailing, MailingText, Occurrence
from surveys.responses.tables import Response

COLUMNS = (
    Delivery.mailing_id,
    Delivery.occurrence_id,
    Delivery.participant_id,
    Delivery.channel,
    Delivery.address_id,
    Delivery.state,
    Delivery.reason,
    Delivery.priority,
    Delivery.attempts,
    Delivery.tries,
    Delivery.due_at,
    Delivery.claimed_by,
    Delivery.message_id,
    Delivery.text_digest,
    Delivery.provider_id,
)
SHUFFLE = 7919  # a prime: those imported one after the other do not stand in one step
ANALYZE_FROM = 10_000  # PostgreSQL plans claims badly on a table it has no statistics of


@dataclass(frozen=True)
class Snapshot:
    """What to write: for whom (a clause on Participant), and when it is due.

    People are dealt out over the instants of `steps` (at least one), evenly and the same at every repetition.
    """

    mailing: Mailing
    occurrence: Occurrence
    audience: ColumnElement[bool]
    steps: tuple[datetime, ...]
    contact_budget: int = 0
    asked: Asked | None = None

    @property
    def due_at(self) -> datetime:
        return self.steps[0]


def write_snapshot(session: Session, snapshot: Snapshot) -> int:
    """Adds the rows that are not there yet; how many it added. Safe to repeat."""
    statement = insert_into(session, Delivery).from_select(COLUMNS, _rows(snapshot)).on_conflict_do_nothing()
    # Subqueries, no WITH: Python 3.11 counts no rows of a statement that does not begin with INSERT.
    added = session.connection().execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    if added >= ANALYZE_FROM and session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE delivery"))
    return added


def forget_skipped(session: Session, occurrence_id: int) -> None:
    """Takes away the rows of those who were skipped and never tried, so that they are judged anew."""
    session.execute(
        delete(Delivery).where(
            Delivery.occurrence_id == occurrence_id, Delivery.state == DeliveryState.SKIPPED, Delivery.attempts == 0
        )
    )


def replan_failed(session: Session, occurrence_id: int, due_at: datetime) -> None:
    """Lets those whom it did not reach have it again; nobody in doubt, nobody who has it."""
    session.execute(
        update(Delivery)
        .where(Delivery.occurrence_id == occurrence_id, Delivery.state == DeliveryState.FAILED)
        .values(state=DeliveryState.PLANNED, reason="", tries=0, due_at=due_at, settled_at=None)
    )


def missing_languages(session: Session, mailing_id: int, occurrence_id: int) -> list[str]:
    """Languages of people who would get the mailing, but for which it has no text."""
    texts = select(MailingText.language).where(MailingText.mailing_id == mailing_id)
    statement = (
        select(Participant.language)
        .join(Delivery, Delivery.participant_id == Participant.id)
        .where(
            Delivery.occurrence_id == occurrence_id,
            Delivery.state == DeliveryState.PLANNED,
            Participant.language.not_in(texts),
        )
        .distinct()
    )
    return sorted(session.scalars(statement))


def _rows(snapshot: Snapshot) -> Select[Any]:
    mailing, occurrence = snapshot.mailing, snapshot.occurrence
    reach = _reach(snapshot)
    channel = _channel(reach, occurrence.channel)
    reason = _reason(reach, snapshot, channel)
    judged = (
        select(reach.c.id, reach.c.telegram, reach.c.email, channel.label("channel"), reason.label("reason"))
        .offset(0)
        .subquery()
    )
    goes = judged.c.reason == ""
    is_telegram = judged.c.channel == TELEGRAM
    return select(
        literal(mailing.id),
        literal(occurrence.id),
        judged.c.id,
        judged.c.channel,
        case((is_telegram, judged.c.telegram), (judged.c.channel == EMAIL, judged.c.email), else_=null()),
        case((goes, literal(DeliveryState.PLANNED.value)), else_=literal(DeliveryState.SKIPPED.value)),
        judged.c.reason,
        literal(0 if mailing.kind == Kind.NOTICE else 1),
        literal(0),
        literal(0),
        _due_at(snapshot, judged.c.id),
        literal(""),
        literal(""),
        literal(""),
        literal(""),
    ).where(judged.c.id.is_not(None))  # SQLite reads ON CONFLICT after FROM as a join's ON, unless WHERE stands between


def _due_at(snapshot: Snapshot, participant_id: ColumnElement[int]) -> ColumnElement[Any]:
    first, *later = [literal(at, Delivery.due_at.type) for at in snapshot.steps]
    if not later:
        return first
    turn = (participant_id * SHUFFLE) % len(snapshot.steps)
    return case(*((turn == number, at) for number, at in enumerate(later, 1)), else_=first)


def _people(snapshot: Snapshot) -> Subquery:
    """The audience: members of the office, each known person once."""
    person = select(Participant.id, Participant.preferred_channel, Participant.paused_until)
    if snapshot.mailing.kind == Kind.NOTICE:
        basis: ColumnElement[str] = literal("notice")
    else:
        basis = Membership.legal_basis.expression
        person = person.join(
            Membership,
            and_(
                Membership.participant_id == Participant.id,
                Membership.office_id == snapshot.mailing.office_id,
                Membership.left_at.is_(None),
            ),
        )
    person = person.add_columns(basis.label("basis"))
    return person.where(Participant.erased_at.is_(None), Participant.merged_into.is_(None), snapshot.audience).subquery(
        "person"
    )


def _reach(snapshot: Snapshot) -> Subquery:
    """Each person with the address that each channel would take, None where it may take none."""
    person = _people(snapshot)
    suppressed = exists().where(
        Suppression.channel == Address.channel, Suppression.value == Address.value, Suppression.lifted_at.is_(None)
    )
    works = or_(
        Address.channel == EMAIL,
        and_(Address.channel == TELEGRAM, Address.proved_at.is_not(None), Address.blocked_at.is_(None)),
    )
    consent = and_(
        Consent.participant_id == person.c.id,
        Consent.office_id == snapshot.mailing.office_id,
        Consent.purpose == snapshot.mailing.purpose,
        Consent.channel == Address.channel,
        Consent.ended_at.is_(None),
    )
    allowed = case(
        (person.c.basis == "notice", literal(1)),
        (Consent.granted.is_not(None), case((Consent.granted, literal(1)), else_=literal(0))),
        (person.c.basis == "public-task", literal(1)),
        else_=literal(0),
    )
    each = (
        select(
            person.c.id,
            person.c.preferred_channel,
            person.c.paused_until,
            Address.id.label("address"),
            Address.channel.label("channel"),
            case((works, literal(1)), else_=literal(0)).label("works"),
            case((suppressed, literal(0)), else_=literal(1)).label("free"),
            allowed.label("allowed"),
        )
        .select_from(person)
        .outerjoin(Address, Address.participant_id == person.c.id)
        .outerjoin(Consent, consent)
        .offset(0)
    ).subquery()
    usable = each.c.works * each.c.free * each.c.allowed == 1
    return (
        select(
            each.c.id,
            func.min(each.c.preferred_channel).label("preferred"),
            func.min(each.c.paused_until).label("paused_until"),
            func.min(case((and_(usable, each.c.channel == TELEGRAM), each.c.address))).label("telegram"),
            func.min(case((and_(usable, each.c.channel == EMAIL), each.c.address))).label("email"),
            func.coalesce(func.max(each.c.works), 0).label("works"),
            func.coalesce(func.max(each.c.works * each.c.free), 0).label("free"),
        ).group_by(each.c.id)
    ).subquery("reach")


def _channel(reach: Subquery, only: str) -> ColumnElement[str]:
    """The preferred channel, else Telegram, else e-mail; "" when there is none."""
    telegram, email = reach.c.telegram.is_not(None), reach.c.email.is_not(None)
    if only:
        return case((telegram if only == TELEGRAM else email, literal(only)), else_=literal(""))
    return case(
        (and_(reach.c.preferred == EMAIL, email), literal(EMAIL)),
        (telegram, literal(TELEGRAM)),
        (email, literal(EMAIL)),
        else_=literal(""),
    )


def _reason(reach: Subquery, snapshot: Snapshot, channel: ColumnElement[str]) -> ColumnElement[str]:
    reasons: list[tuple[ColumnElement[bool], ColumnElement[str]]] = []
    if snapshot.mailing.kind != Kind.NOTICE:
        reasons.append((func.coalesce(reach.c.paused_until > snapshot.due_at, False), literal(Reason.PAUSED.value)))
    if asks_for_answer(snapshot.mailing):
        answered = exists().where(
            Response.round_id == snapshot.mailing.round_id,
            Response.participant_id == reach.c.id,
            Response.state == "complete",
        )
        reasons.append((answered, literal(Reason.ANSWERED.value)))
    if snapshot.asked is not None:
        reasons += _replied(reach, snapshot.asked)
    if snapshot.contact_budget and snapshot.mailing.kind != Kind.NOTICE:
        told = told_lately(reach.c.id, snapshot.due_at - WEEK)
        reasons.append((told >= snapshot.contact_budget, literal(Reason.BUDGET.value)))
    return case(
        *reasons,
        (channel != "", literal("")),
        (reach.c.works == 0, literal(Reason.NO_ADDRESS.value)),
        (reach.c.free == 0, literal(Reason.SUPPRESSED.value)),
        else_=literal(Reason.NO_CONSENT.value),
    )


def _replied(reach: Subquery, asked: Asked) -> list[tuple[ColumnElement[bool], ColumnElement[str]]]:
    """Those to whom a mailing about an event is of no use any more, by their reply."""
    attended = standing_attendance(asked.event_id)
    reasons: dict[Reason, list[str]] = {}
    for reply in Reply:
        if (reason := asked.skips(reply)) is not None:
            reasons.setdefault(reason, []).append(reply)
    return [
        (reach.c.id.in_(select(attended.c.person_id).where(attended.c.reply.in_(replies))), literal(reason.value))
        for reason, replies in reasons.items()
    ]


def asks_for_answer(mailing: Mailing) -> bool:
    """Whether the mailing is of no use to somebody who has answered its round."""
    return mailing.round_id is not None and mailing.purpose == QUESTIONNAIRES
