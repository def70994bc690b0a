"""Quotas: at most so many sent responses, in all or where a condition holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session as Database

from core.clock import local
from surveys.engine.conditions import holds
from surveys.engine.session import Session
from surveys.responses.errors import RoundFull
from surveys.responses.rounds import OpenRound, Quota
from surveys.responses.tables import QuotaPlace, Response, Round

CHUNK = 500

if TYPE_CHECKING:
    from surveys.engine.form import Form
    from surveys.responses.shelf import FormShelf


def concerned(round_: OpenRound, form: Form, session: Session, now: datetime) -> tuple[Quota, ...]:
    """The quotas of a round that a response counts for as it stands; `now` as the form sees it."""
    return tuple(one for one in round_.quotas if not one.when or holds(form, session, one.when, now))


def taken(session: Database, round_id: int) -> dict[str, int]:
    """How many places of each quota are taken, by the quota's slug."""
    counted = select(QuotaPlace.quota, func.count()).where(QuotaPlace.round_id == round_id).group_by(QuotaPlace.quota)
    return {row.quota: row[1] for row in session.execute(counted)}


def is_full(session: Database, round_id: int, quota: Quota, besides: int = 0) -> bool:
    """Whether all places of a quota are taken, besides one that a response may have."""
    of_quota = (QuotaPlace.round_id == round_id, QuotaPlace.quota == quota.slug, QuotaPlace.response_id != besides)
    last = select(QuotaPlace.response_id).where(*of_quota).limit(1).offset(quota.most - 1)
    return session.scalar(last) is not None


def first_full(session: Database, round_id: int, quotas: Iterable[Quota], besides: int = 0) -> Quota | None:
    """The first of some quotas that has no place left for a response."""
    return next((one for one in quotas if is_full(session, round_id, one, besides)), None)


def has_room(session: Database, round_: OpenRound) -> bool:
    """Whether one more response may be begun."""
    return first_full(session, round_.id, [one for one in round_.quotas if not one.when]) is None


def check_room(session: Database, round_: OpenRound) -> None:
    """Raises RoundFull where no more response may be begun."""
    if not has_room(session, round_):
        raise RoundFull


def one_at_a_time(session: Database, round_id: int) -> None:
    """Until the commit, whoever else sends a response to this round waits: the last place is given once."""
    # Not so hard that beginning a response, which names the round, would wait too.
    session.execute(select(Round.id).where(Round.id == round_id).with_for_update(key_share=True))


def take_places(session: Database, round_id: int, response_id: int, quotas: Iterable[Quota]) -> None:
    """Gives a sent response its places, in the stead of those it had."""
    session.execute(delete(QuotaPlace).where(QuotaPlace.response_id == response_id))
    rows = [{"round_id": round_id, "quota": one.slug, "response_id": response_id} for one in quotas]
    if rows:
        session.execute(insert(QuotaPlace), rows)


def count_anew(session: Database, shelf: FormShelf, round_: OpenRound) -> None:
    """Gives every sent response of a round its places after the round's quotas were changed.

    What is being changed since it was sent counts with its answers as they stand now.
    """
    one_at_a_time(session, round_.id)
    sent = (
        select(Response.id, Response.form_version_id, Response.session, Response.completed_at)
        .where(Response.round_id == round_.id, Response.completed_at.is_not(None), Response.id > bindparam("last"))
        .order_by(Response.id)
        .limit(CHUNK)
    )
    last = 0
    while rows := session.execute(sent, {"last": last}).all():
        for row in rows:
            form, stands = shelf.get(session, row.form_version_id), Session.from_json(row.session)
            counted = concerned(round_, form, stands, local(row.completed_at, round_.time_zone))
            take_places(session, round_.id, row.id, counted)
        last = rows[-1].id
