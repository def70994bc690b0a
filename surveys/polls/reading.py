"""What there is to read of a poll: how many took part, and the ballots as the tally takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, cast, func, or_, select
from sqlalchemy.orm import Session

from core.database.reading import SharedReads
from core.people.merged import MERGED, person_of
from core.people.tables import Audience, Membership, Participant
from surveys.polls.glance import Pile
from surveys.polls.lent import lent_members
from surveys.polls.poll import Poll
from surveys.polls.tables import NamedBallot, PollVoter, SecretBallot
from surveys.responses.audience import round_audience


@dataclass(frozen=True)
class Turnout:
    """How many have voted; `apart` are walk-ins, `asked` those who may vote, without these."""

    voted: int = 0
    apart: int = 0
    asked: int = 0


@dataclass(frozen=True)
class Ballots:
    """The ballots that count now, those of walk-ins apart; `waiting` are taken and move into the result in steps."""

    own: tuple[Pile, ...] = ()
    apart: tuple[Pile, ...] = ()
    waiting: int = 0

    @property
    def together(self) -> tuple[Pile, ...]:
        """Everybody's."""
        counts: dict[str, int] = {}
        for one in (*self.own, *self.apart):
            counts[one.ballot] = counts.get(one.ballot, 0) + one.count
        return tuple(Pile(ballot, counts[ballot]) for ballot in sorted(counts))


def read_ballots(session: Session, poll: Poll) -> Ballots:
    """For the tally, the screen and the count sheet: never who, never in which order.

    Of a secret poll that is not settled, those that were mixed; of a named one, the ballot that stands for each person.
    """
    rows = _secret(session, poll) if poll.is_secret else _named(session, poll)
    counted = poll.is_secret and poll.settled_at is None
    piles: dict[bool, list[Pile]] = {False: [], True: []}
    waiting = 0
    for row in rows:
        if counted and row.fresh:
            waiting += row.count
        else:
            piles[bool(row.apart)].append(Pile(row.choice, row.count))
    return Ballots(tuple(piles[False]), tuple(piles[True]), waiting)


async def ballots_for_all(reads: SharedReads, poll: Poll) -> Ballots:
    """`read_ballots`, once for all who ask for them at this moment."""
    return await reads.read(("ballots", poll.id, poll.settled_at), lambda session: read_ballots(session, poll))


def turnout_of(session: Session, poll: Poll, now: datetime) -> Turnout:
    """How many have voted of how many who may."""
    return replace(voters_of(session, poll), asked=_asked(session, poll, now))


def voters_of(session: Session, poll: Poll) -> Turnout:
    """How many have voted, without looking who else may.

    People who were merged count once in a named poll; in a secret one each of their votes is among the ballots.
    """
    if poll.is_secret:
        counts = select(PollVoter.apart, func.count()).where(PollVoter.poll_id == poll.id).group_by(PollVoter.apart)
    else:
        standing = standing_ballots(poll.id)
        counts = select(standing.c.apart, func.count()).group_by(standing.c.apart)
    found = {bool(row[0]): int(row[1]) for row in session.execute(counts)}
    return Turnout(found.get(False, 0) + found.get(True, 0), found.get(True, 0))


def standing_ballots(poll_id: int) -> Subquery:
    """The named ballots that count: voter, person_id, choice, apart, at; of people merged the one given first."""
    person = person_of(NamedBallot.participant_id)
    whose = func.coalesce(cast(person, String), NamedBallot.voter)
    place = func.row_number().over(partition_by=whose, order_by=(NamedBallot.first_at, NamedBallot.voter))
    rows = (
        select(
            NamedBallot.voter, person.label("person_id"), NamedBallot.choice, NamedBallot.apart, NamedBallot.at,
            NamedBallot.door, place.label("place"),
        )
        .outerjoin(MERGED, MERGED.c.id == NamedBallot.participant_id)
        .where(NamedBallot.poll_id == poll_id)
        .subquery("every_ballot")
    )  # fmt: skip
    kept = [column for column in rows.c if column.name != "place"]
    return select(*kept).where(rows.c.place == 1).subquery("ballots")


def _secret(session: Session, poll: Poll) -> Any:
    what = SecretBallot.choice, SecretBallot.apart, SecretBallot.fresh
    piles = select(*what, func.count().label("count")).where(SecretBallot.poll_id == poll.id)
    return session.execute(piles.group_by(*what).order_by(SecretBallot.choice)).all()


def _named(session: Session, poll: Poll) -> Any:
    standing = standing_ballots(poll.id)
    what = standing.c.choice, standing.c.apart
    return session.execute(select(*what, func.count().label("count")).group_by(*what).order_by(standing.c.choice)).all()


def _asked(session: Session, poll: Poll, now: datetime) -> int:
    living = Participant.erased_at.is_(None), Participant.merged_into.is_(None)
    people = select(func.count()).select_from(Participant).where(*living)
    if poll.definition.audience_id is not None:
        rule = session.scalars(select(Audience.rule).where(Audience.id == poll.definition.audience_id)).one()
        own: ColumnElement[bool] = round_audience()(rule, poll.office_id, now)
    else:
        member = Membership.office_id == poll.office_id, Membership.left_at.is_(None)
        own = Participant.id.in_(select(Membership.participant_id).where(*member))
    lent = Participant.id.in_(select(Membership.participant_id).where(lent_members(poll.id)))
    return session.scalar(people.where(or_(own, lent))) or 0
