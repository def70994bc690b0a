"""Whom a mailing reaches, and by which address: one SELECT, the same for a look ahead and for the ledger.

It goes through an audience once, in the order of its index, and costs the same memory for a thousand
people and for a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select

from core.people.channels import EMAIL, TELEGRAM
from core.people.tables import Address, Consent, Membership, Participant, Suppression
from core.process.appointments.who import who_is_booked
from core.process.replies import Reply
from core.process.standing import standing_attendance
from notifications.ledger.budget import WEEK, told_lately
from notifications.ledger.events import Asked
from notifications.ledger.states import POLLS, QUESTIONNAIRES, Kind, Reason
from notifications.ledger.tables import Mailing
from surveys.polls.predicates import voters_of
from surveys.responses.tables import Response

NOTICE = "notice"
PUBLIC_TASK = "public-task"
# The places of addresses, best first: a mailbox whose person prefers it (from 0), a chat, a mailbox; then those that
# nothing goes to, though it could arrive. Between two there is room for every id.
CHAT, MAIL, UNWANTED, SUPPRESSED = (literal(place << 48, BigInteger, literal_execute=True) for place in range(1, 5))


@dataclass(frozen=True)
class Meant:
    """Who is meant by a mailing (a clause on Participant and, unless it is a notice, Membership), as of an instant.

    `only` is the one channel it may take, "" for each person's own; `asked` the event that it is about. What
    `tells_result` of a poll is for who has voted too.
    """

    mailing: Mailing
    audience: ColumnElement[bool]
    at: datetime
    only: str = ""
    contact_budget: int = 0
    asked: Asked | None = None
    tells_result: bool = False

    @property
    def is_notice(self) -> bool:
        return self.mailing.kind == Kind.NOTICE


def reached(meant: Meant) -> Subquery:
    """Everybody who is meant: id, channel ("" for none), address_id, reason ("" for who gets it)."""
    each = _each(meant)
    best, can = each.c.best, each.c.best < UNWANTED
    return select(
        each.c.id,
        case((best < CHAT, word(EMAIL)), (best < MAIL, word(TELEGRAM)), (can, word(EMAIL)), else_=word("")).label(
            "channel"
        ),
        case((can, best % CHAT)).label("address_id"),
        case((each.c.reason != word(""), each.c.reason), (can, word("")), else_=_why_not(best)).label("reason"),
    ).subquery("reached")


def _each(meant: Meant) -> Subquery:
    """Each person with their best address, and why they get nothing though they could be reached ("" for most).

    What is worked out for each person stands here once: SQLite takes the same words with other parameters for others.
    """
    person, allowed = _people(meant)
    one = _person_id(meant)
    statement = (
        person.outerjoin(Address, Address.participant_id == one)
        .outerjoin(Consent, _consent(meant, one))
        .outerjoin(Suppression, _suppressed())
        .add_columns(func.min(_how_good(meant, allowed)).label("best"), _reason(meant).label("reason"))
        .group_by(*([] if meant.is_notice else [one]), Participant.id)  # PostgreSQL wants the key of what it reads
    )
    return statement.offset(0).subquery("each")  # decided once for each, however often it is read


def _how_good(meant: Meant, allowed: ColumnElement[bool]) -> ColumnElement[int]:
    """How good an address is, as one number, of which the least is the best: its place with its id; NULL if it is none.

    A column for each question makes SQLite take a sixth longer over the whole ledger.
    """
    works = _works(meant.only) if meant.only else or_(_works(EMAIL), _works(TELEGRAM))
    place = case(
        (Suppression.id.is_not(None), SUPPRESSED),
        (~allowed, UNWANTED),
        (Address.channel == word(TELEGRAM), CHAT + Address.id),
        (Participant.preferred_channel == word(EMAIL), Address.id),
        else_=MAIL + Address.id,
    )
    return case((works, place))


def _person_id(meant: Meant) -> ColumnElement[int]:
    """What people are told apart by: of an office, its index of members leads through them in order."""
    return (Participant.id if meant.is_notice else Membership.participant_id).expression


def _people(meant: Meant) -> tuple[Select[Any], ColumnElement[bool]]:
    """The audience, and whether somebody may be written to at an address."""
    one = _person_id(meant)
    person: Any = select(one.label("id")).where(
        Participant.erased_at.is_(None), Participant.merged_into.is_(None), meant.audience
    )
    if meant.is_notice:
        return person.select_from(Participant), literal(1) == 1
    member = and_(
        Membership.participant_id == Participant.id,
        Membership.office_id == meant.mailing.office_id,
        Membership.left_at.is_(None),
    )
    allowed: ColumnElement[bool] = case(
        (Consent.granted.is_not(None), Consent.granted), else_=Membership.legal_basis == word(PUBLIC_TASK)
    )
    return person.select_from(Membership).join(Participant, member), allowed


def _works(channel: str) -> ColumnElement[bool]:
    if channel == EMAIL:
        return Address.channel == word(EMAIL)
    return and_(Address.channel == word(TELEGRAM), Address.proved_at.is_not(None), Address.blocked_at.is_(None))


def _consent(meant: Meant, one: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(
        Consent.participant_id == one,
        Consent.office_id == meant.mailing.office_id,
        Consent.purpose == meant.mailing.purpose,
        Consent.channel == Address.channel,
        Consent.ended_at.is_(None),
    )


def _suppressed() -> ColumnElement[bool]:
    return and_(
        Suppression.channel == Address.channel, Suppression.value == Address.value, Suppression.lifted_at.is_(None)
    )


def _reason(meant: Meant) -> ColumnElement[str]:
    """Why somebody is left out, whatever their addresses; "" for others."""
    one, mailing = _person_id(meant), meant.mailing
    reasons: list[tuple[ColumnElement[bool], ColumnElement[str]]] = []
    if not meant.is_notice:
        reasons.append((Participant.paused_until > meant.at, word(Reason.PAUSED)))
    if asks_for_answer(mailing):
        answer = and_(Response.round_id == mailing.round_id, Response.state == "complete")
        # An invitation leaves before anybody has answered: then nobody's answer is looked for.
        answered = and_(exists().where(answer), exists().where(answer, Response.participant_id == one))
        reasons.append((answered, word(Reason.ANSWERED)))
    if asks_for_vote(mailing) and not meant.tells_result:
        reasons.append((one.in_(voters_of(mailing.poll_id or 0)), word(Reason.ANSWERED)))
    if meant.asked is not None:
        reasons += _replied(one, meant.asked)
    if meant.contact_budget and not meant.is_notice:
        told = told_lately(one, meant.at - WEEK)
        reasons.append((told >= meant.contact_budget, word(Reason.BUDGET)))
    return case(*reasons, else_=word("")) if reasons else word("")


def _replied(one: ColumnElement[int], asked: Asked) -> list[tuple[ColumnElement[bool], ColumnElement[str]]]:
    """Those to whom a mailing about an event is of no use any more, by their reply."""
    attended = standing_attendance(asked.event_id)
    reasons: dict[Reason, list[str]] = {}
    for reply in Reply:
        if (reason := asked.skips(reply)) is not None:
            reasons.setdefault(reason, []).append(reply)
    found: list[tuple[ColumnElement[bool], ColumnElement[str]]] = [
        (one.in_(select(attended.c.person_id).where(attended.c.reply.in_(replies))), word(reason))
        for reason, replies in reasons.items()
    ]
    if asked.offers:
        found.append((one.in_(who_is_booked(asked.event_id)), word(Reason.BOOKED)))
    return found


def _why_not(best: ColumnElement[int]) -> ColumnElement[str]:
    """Why no address may be taken of somebody."""
    return case(
        (best < SUPPRESSED, word(Reason.NO_CONSENT)),
        (best.is_not(None), word(Reason.SUPPRESSED)),
        else_=word(Reason.NO_ADDRESS),
    )


def word(value: str) -> ColumnElement[str]:
    """A constant written out in the statement: of a parameter SQLite makes a new copy for every row.

    Never for what people wrote.
    """
    return literal(str(value), literal_execute=True)


def asks_for_answer(mailing: Mailing) -> bool:
    """Whether the mailing is of no use to somebody who has answered its round."""
    return mailing.round_id is not None and mailing.purpose == QUESTIONNAIRES


def asks_for_vote(mailing: Mailing) -> bool:
    """Whether the mailing is of no use to somebody who has voted in its poll."""
    return mailing.poll_id is not None and mailing.purpose == POLLS
