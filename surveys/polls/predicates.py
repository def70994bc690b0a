"""The conditions on votes in an audience's rule: `voted: POLL`; `not: {voted: POLL}` for who has not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.database.many import among
from core.people.audience import Complaint, Known, Predicate, Predicates, Scope
from core.people.merged import MERGED, person_of, roots_of
from core.people.predicates import check_names, names_of
from core.people.tables import Participant
from core.process.tables import Office
from surveys.polls.lent import polls_lent_to
from surveys.polls.tables import Poll, PollVoter

NAME, OPPOSITE = "voted", "not_voted"


def poll_predicates() -> Predicates:
    """Who has taken part in a poll of the office, and who may still; of a secret poll too, as the register says it."""
    return {
        NAME: Predicate(NAME, _check, _voted),
        OPPOSITE: Predicate(OPPOSITE, _check, lambda value, scope: ~_voted(value, scope)),
    }


def _check(value: Any, known: Known) -> Complaint | None:
    return check_names(value, "poll", known)


def _voted(value: Any, scope: Scope) -> ColumnElement[bool]:
    return or_(*(_in_register(slug, scope.office_id) for slug in names_of(value)))


def has_voted(session: Session, participant_ids: Sequence[int], office_id: int) -> bool:
    """Whether one of these participants has taken part in any poll of the office, as the register says it."""
    theirs = select(PollVoter.poll_id).join(Poll, Poll.id == PollVoter.poll_id).where(Poll.office_id == office_id)
    return session.scalar(theirs.where(among(PollVoter.participant_id, list(participant_ids))).limit(1)) is not None


def _in_register(slug: str, office_id: int) -> ColumnElement[bool]:
    above, _, bare = slug.rpartition("/")
    polls = select(Poll.id).where(Poll.office_id == office_id, Poll.slug == slug)
    if above:  # a union's, in which people of this office may vote too
        polls = select(Poll.id).join(Office, Office.id == Poll.office_id)
        polls = polls.where(Office.slug == above, Poll.slug == bare, Poll.id.in_(polls_lent_to([office_id])))
    return Participant.id.in_(_voters(PollVoter.poll_id.in_(polls)))


def voters_of(poll_id: int) -> Any:
    """Everybody who has taken part in a poll, by the ids of those who remain."""
    return _voters(PollVoter.poll_id == poll_id)


def voted_among(session: Session, poll_id: int, participant_ids: Collection[int]) -> set[int]:
    """Those of these people, who remain, who have voted."""
    roots = roots_of(session, participant_ids)
    theirs = PollVoter.poll_id == poll_id, among(PollVoter.participant_id, list(roots))
    return {roots[one] for one in session.scalars(select(PollVoter.participant_id).where(*theirs)) if one is not None}


def _voters(condition: ColumnElement[bool]) -> Any:
    return (
        select(person_of(PollVoter.participant_id))
        .outerjoin(MERGED, MERGED.c.id == PollVoter.participant_id)
        .where(PollVoter.participant_id.is_not(None), condition)
    )
