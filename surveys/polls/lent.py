"""The people of other offices who may vote in a poll: those of a union's municipalities that allow it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, insert, select
from sqlalchemy.orm import Session

from core.database.many import Numbers, among
from core.people.tables import Membership
from core.process.lending import lenders
from core.process.tables import Office
from surveys.polls.lent_tables import PollOffice
from surveys.polls.poll import Poll


def lend_people(session: Session, poll: Poll, office_ids: Collection[int]) -> list[int]:
    """Adds these offices' people to those who may vote, as far as the offices allow it; which they are."""
    allowed = [one for one, _ in lenders(session, poll.office_id) if one in set(office_ids)]
    if allowed:
        session.execute(insert(PollOffice), [{"poll_id": poll.id, "office_id": one} for one in allowed])
    return allowed


def offices_lending(poll_id: Any) -> Any:
    """The ids of the offices whose people may vote in a poll too, for a statement."""
    return select(PollOffice.office_id).where(PollOffice.poll_id == poll_id)


def names_lending(session: Session, poll_id: int) -> list[str]:
    """The offices whose people may vote in a poll too, by name."""
    found = select(Office.name).join(PollOffice, PollOffice.office_id == Office.id).where(PollOffice.poll_id == poll_id)
    return list(session.scalars(found.order_by(Office.name)))


def polls_lent_to(offices: Any) -> Any:
    """The ids of the polls in which people of these offices may vote too, for a statement."""
    return select(PollOffice.poll_id).where(PollOffice.office_id.in_(offices))


def lent_among(session: Session, poll_id: int, participant_ids: Collection[int]) -> Sequence[int]:
    """Those of these who are members of an office whose people may vote too."""
    given = {"poll": poll_id, "ids": participant_ids}
    return session.connection().execute(_LENT_AMONG, given).scalars().all()


# Made once: every vote asks.
_LENT_AMONG = select(Membership.participant_id).where(
    among(Membership.participant_id, bindparam("ids", type_=Numbers())),
    Membership.left_at.is_(None),
    Membership.office_id.in_(offices_lending(bindparam("poll"))),
)


def lent_members(poll_id: int) -> ColumnElement[bool]:
    """For a statement over Membership: who is a member of an office whose people may vote too."""
    return Membership.left_at.is_(None) & Membership.office_id.in_(offices_lending(poll_id))
