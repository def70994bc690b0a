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


def taken(session: Database, round_id: int, besides: int = 0) -> dict[str, int]:
    """How many places of each quota are taken, besides those of one response; by the quota's slug."""
    statement = (
        select(QuotaPlace.quota, func.count())
        .join(Response, Response.id == QuotaPlace.response_id)
        .where(Response.round_id == round_id, Response.id != besides)
        .group_by(QuotaPlace.quota)
    )
    return {row.quota: row[1] for row in session.execute(statement)}


def first_full(session: Database, round_id: int, quotas: Iterable[Quota], besides: int = 0) -> Quota | None:
    """The first of some quotas that has no place left for a response."""
    quotas = tuple(quotas)
    if not quotas:
        return None
    found = taken(session, round_id, besides)
    return next((one for one in quotas if found.get(one.slug, 0) >= one.most), None)


def has_room(session: Database, round_: OpenRound) -> bool:
    """Whether one more response may be begun."""
    return first_full(session, round_.id, [one for one in round_.quotas if not one.when]) is None


def check_room(session: Database, round_: OpenRound) -> None:
    """Raises RoundFull where no more response may be begun."""
    if not has_room(session, round_):
        raise RoundFull


def one_at_a_time(session: Database, round_id: int) -> None:
    """Until the commit, whoever else sends a response to this round waits: the last place is given once."""
    session.execute(select(Round.id).where(Round.id == round_id).with_for_update())


def take_places(session: Database, response_id: int, quotas: Iterable[Quota]) -> None:
    """Gives a sent response its places, in the stead of those it had."""
    session.execute(delete(QuotaPlace).where(QuotaPlace.response_id == response_id))
    rows = [{"response_id": response_id, "quota": one.slug} for one in quotas]
    if rows:
        session.execute(insert(QuotaPlace), rows)


def count_anew(session: Database, shelf: FormShelf, round_: OpenRound) -> None:
    """Gives every sent response of a round its places after the round's quotas were changed.

    What is being changed since it was sent counts with its answers as they stand now.
    """
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
            take_places(session, row.id, concerned(round_, form, stands, local(row.completed_at, round_.time_zone)))
        last = rows[-1].id
